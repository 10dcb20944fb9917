// Clips a gradient by its norm, on host and device.
#pragma once

#include "core/macros.h"

namespace thalweg {
inline namespace THALWEG_LANES {

THALWEG_INLINE double square_root(double x) { return __builtin_sqrt(x); }
// Returns the factor that brings a norm down to `limit`. It is 1 for a norm of NaN.
THALWEG_INLINE double clip_factor(double limit, double norm) {
  return norm > limit ? limit / norm : 1.0;
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
