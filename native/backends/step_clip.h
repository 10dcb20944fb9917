// What clipping by norm makes of a sum of squares, on host and device.
#pragma once

#include "core/macros.h"

namespace thalweg {
inline namespace THALWEG_LANES {

THALWEG_INLINE double square_root(double x) { return __builtin_sqrt(x); }
// NaN clips nothing.
THALWEG_INLINE double clip_factor(double limit, double norm) {
  return norm > limit ? limit / norm : 1.0;
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
