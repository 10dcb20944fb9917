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

// A batch's variance as an estimate of that of all there is: times rows / (rows - 1).
THALWEG_INLINE float corrected(float variance, double correction) {
  return static_cast<float>(variance * correction);
}

// A running moment after a batch.
THALWEG_INLINE float moved(float running, float batch, float share) {
  return running + share * (batch - running);
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
