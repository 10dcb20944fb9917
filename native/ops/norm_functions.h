// What the normalisations have in common on every processor.
#pragma once

#include "core/macros.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// 1 / sqrt(variance + epsilon); NaN where the variance is not finite, so that a step
// on values beyond float32 is refused rather than taken on zeros.
THALWEG_INLINE float inverse_deviation(double variance, double epsilon) {
  return static_cast<float>(1 / __builtin_sqrt(variance + (variance - variance) + epsilon));
}

// A running moment after a batch. A difference of the two would lose a small one
// beside a large one.
THALWEG_INLINE float moved(float running, double batch, double momentum) {
  return static_cast<float>((1 - momentum) * batch + momentum * running);
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
