// The natural logarithm in float64 from + - * / alone, so that no libm's rounding
// enters a result whose bits are promised.
#pragma once

#include "core/macros.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// ln x for finite x > 0; NaN stays. x = m 2^e with m in [1/sqrt 2, sqrt 2), then
// 2 artanh((m - 1) / (m + 1)).
THALWEG_INLINE double logarithm(double x) {
  int exponent = 0;
  double m = __builtin_frexp(x, &exponent);
  if (m < 0.70710678118654752) {
    m *= 2;
    --exponent;
  }
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double series = 0;
  for (int k = 23; k >= 1; k -= 2) series = series * s2 + 1.0 / k;
  return exponent * 0.69314718055994531 + 2 * s * series;
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
