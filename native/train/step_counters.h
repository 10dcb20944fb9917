// What a step counts on the host.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace thalweg {

struct StepCounters {
  int64_t steps = 0;
  int64_t skipped = 0;
  // [groups][rule scalars], then [kAverageScalars] where an average is kept
  std::vector<double> scalars;
};

// Refuses counters that no run could have, of an optimizer with so many scalars: SHAPE, RANGE.
void check_counters(const StepCounters& counters, size_t scalars, bool averages);

}  // namespace thalweg
