// Moves the average of a span's weights after their update, while they are in cache. The bits are
// the same for every instruction set and device.
#pragma once

#include "backends/step_work.h"
#include "core/macros.h"

namespace thalweg {
inline namespace THALWEG_LANES {

THALWEG_INLINE float averaged(float average, float value, float rate) {
  return average + rate * (value - average);
}

// Moves the averages of a span towards its weights. A rate of 1 copies the weights.
inline void average_loop(const StepSpan& span, float rate) {
  const float* value = span.parameter;
  float* average = span.average;
  const int64_t length = span.length;
  if (rate == 1.0f) {
    __builtin_memcpy(average, value, static_cast<size_t>(length) * sizeof(float));
    return;
  }
#pragma GCC ivdep
  for (int64_t i = 0; i < length; ++i) average[i] = averaged(average[i], value[i], rate);
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
