// Functions that the normalisations share on every processor.
#pragma once

#include "core/macros.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// Returns 1 / sqrt(variance + epsilon), or NaN if the variance is not finite. NaN makes the step
// refuse values beyond float32, where 0 would hide them.
THALWEG_INLINE float inverse_deviation(double variance, double epsilon) {
  return static_cast<float>(1 / __builtin_sqrt(variance + (variance - variance) + epsilon));
}

// Returns a running moment after a batch. The form running + rest * (batch - running) would lose a
// small moment beside a large one.
THALWEG_INLINE float moving_average(float running, double batch, double momentum) {
  return static_cast<float>((1 - momentum) * batch + momentum * running);
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
