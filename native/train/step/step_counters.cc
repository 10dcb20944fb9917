#include "train/step/step_counters.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "core/error.h"
#include "train/step/average.h"
#include "train/step/show_number.h"

namespace thalweg {

void check_counters(const StepCounters& counters, size_t count, bool averages) {
  const std::vector<double>& given = counters.scalars;
  if (given.size() != count)
    throw Error(
        {ErrorCode::kShape, "scalars", std::to_string(given.size()), std::to_string(count)});
  if (counters.steps < 0 || counters.skipped < 0)
    throw Error({ErrorCode::kRange, counters.steps < 0 ? "steps" : "skipped",
                 std::to_string(std::min(counters.steps, counters.skipped)), "at least 0"});
  for (size_t i = 0; i < count; ++i)
    if (!std::isfinite(given[i]))
      throw Error({ErrorCode::kRange, "scalars[" + std::to_string(i) + "]", show_number(given[i]),
                   "a finite number"});
  if (!averages) return;
  const double averaged = given[count - kAverageScalars];
  if (averaged < 0 || averaged > static_cast<double>(counters.steps) ||
      averaged != std::floor(averaged))
    throw Error({ErrorCode::kRange, "scalars[" + std::to_string(count - kAverageScalars) + "]",
                 std::to_string(averaged), "an integer from 0 to the number of steps"});
}

}  // namespace thalweg
