// The natural logarithm in float64. It uses + - * / alone: each libm rounds differently, and the
// results must have the same bits everywhere.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// Returns ln(m 2^exponent) for m in [1/2, 1). Brings m to [1/sqrt 2, sqrt 2) and uses ln m = 2
// artanh((m - 1) / (m + 1)).
THALWEG_INLINE double logarithm_of_parts(double m, int exponent) {
  const bool is_low = m < 0.70710678118654752;
  m = is_low ? m * 2 : m;
  exponent = is_low ? exponent - 1 : exponent;
  const double s = (m - 1) / (m + 1), s2 = s * s;
  double series = 0;
  for (int k = 23; k >= 1; k -= 2) series = series * s2 + 1.0 / k;
  return exponent * 0.69314718055994531 + 2 * s * series;
}

// Returns ln x for finite x > 0, and NaN for NaN.
THALWEG_INLINE double logarithm(double x) {
  int exponent = 0;
  const double m = __builtin_frexp(x, &exponent);
  return logarithm_of_parts(m, exponent);
}

// Returns the bits of logarithm(x) for x of at least 2^-1022. The call of frexp there keeps
// compilers from vectorizing loops.
THALWEG_INLINE double logarithm_of_normal(double x) {
  uint64_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  const auto exponent = static_cast<int>(bits >> 52) - 1022;
  bits = (bits & 0x000FFFFFFFFFFFFFu) | 0x3FE0000000000000u;
  double m;
  __builtin_memcpy(&m, &bits, sizeof m);
  return logarithm_of_parts(m, exponent);
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
