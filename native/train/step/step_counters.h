// The counters of an optimizer, which the host keeps.
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

// Throws SHAPE or RANGE for counters that no run could have, with so many scalars.
void check_counters(const StepCounters& counters, size_t scalars, bool averages);

}  // namespace thalweg
