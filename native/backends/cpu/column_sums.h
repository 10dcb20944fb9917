// Sums over the rows of a matrix for some neighbouring columns, in the order of
// core/fold.h; vector lanes hold columns.
#pragma once

#include <cstdint>

#include "core/fold.h"
#include "core/macros.h"

namespace thalweg {

// Columns that one call sums, at most.
inline constexpr int64_t kSummedColumns = 32;

inline namespace THALWEG_LANES {

// sums[i] = sum over rows of term(row, i), for i in [0, width).
template <class Term>
THALWEG_INLINE void column_sums(int64_t rows, int64_t width, double* sums, Term term) {
  double partial[kColumnPartials][kSummedColumns];
  const int64_t used = rows < kColumnPartials ? rows : kColumnPartials;
  for (int64_t row = 0; row < used; ++row)
    for (int64_t i = 0; i < width; ++i) partial[row][i] = 0.0 + term(row, i);
  for (int64_t row = used; row < rows; ++row)
    for (int64_t i = 0; i < width; ++i) partial[row % kColumnPartials][i] += term(row, i);
  for (int64_t half = kColumnPartials / 2; half > 0; half /= 2)
    for (int64_t row = 0; row < half && row + half < used; ++row)
      for (int64_t i = 0; i < width; ++i) partial[row][i] += partial[row + half][i];
  for (int64_t i = 0; i < width; ++i) sums[i] = partial[0][i];
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
