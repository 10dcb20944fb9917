// Sums and maxima over a row, in an order fixed by its length alone: one by one
// where it is short, else 16 interleaved partial results, then a tree.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace thalweg {

inline namespace THALWEG_LANES {

inline constexpr int kRowPartials = 16;

// Sum over i of term(i), a double or float, in double.
template <class Term>
THALWEG_INLINE double row_sum(int64_t length, Term term) {
  if (length < kRowPartials) {
    double sum = 0;
    for (int64_t i = 0; i < length; ++i) sum += term(i);
    return sum;
  }
  double partial[kRowPartials] = {};
  const int64_t whole = length / kRowPartials * kRowPartials;
  for (int64_t i = 0; i < whole; i += kRowPartials)
    for (int lane = 0; lane < kRowPartials; ++lane) partial[lane] += term(i + lane);
  for (int64_t i = whole; i < length; ++i) partial[i - whole] += term(i);
  for (int width = kRowPartials / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; ++lane) partial[lane] += partial[lane + width];
  return partial[0];
}

// The largest element; NaN elements are passed over.
THALWEG_INLINE float row_maximum(const float* x, int64_t length) {
  float highest = -__builtin_inff();
  const int64_t whole = length / kRowPartials * kRowPartials;
  if (whole > 0) {
    float partial[kRowPartials];
    for (int lane = 0; lane < kRowPartials; ++lane) partial[lane] = highest;
    for (int64_t i = 0; i < whole; i += kRowPartials)
      for (int lane = 0; lane < kRowPartials; ++lane)
        partial[lane] = x[i + lane] > partial[lane] ? x[i + lane] : partial[lane];
    for (int lane = 0; lane < kRowPartials; ++lane)
      highest = partial[lane] > highest ? partial[lane] : highest;
  }
  for (int64_t i = whole; i < length; ++i) highest = x[i] > highest ? x[i] : highest;
  return highest;
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
