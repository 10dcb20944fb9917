// Sums over the rows of a matrix for neighbouring columns, in the order of core/fold.h. Each vector
// lane holds one column.
#pragma once

#include <cstdint>

#include "core/fold.h"
#include "core/macros.h"

namespace thalweg {

// The largest number of columns that one call sums.
inline constexpr int64_t kSummedColumns = 32;

inline namespace THALWEG_LANES {

using ColumnPartials = double[kColumnPartials][kSummedColumns];

// Folds the first `used` partial sums of each column in halves, and writes column i's sum to
// sums[i].
THALWEG_INLINE void fold_columns(ColumnPartials& partial, int64_t used, int64_t width,
                                 double* sums) {
  for (int64_t half = kColumnPartials / 2; half > 0; half /= 2)
    for (int64_t row = 0; row < half && row + half < used; ++row)
      for (int64_t i = 0; i < width; ++i) partial[row][i] += partial[row + half][i];
  for (int64_t i = 0; i < width; ++i) sums[i] = partial[0][i];
}

// Writes to sums[i] the sum of term(row, i) over the rows of one chunk, which begins at row
// `first`.
template <class Term>
THALWEG_INLINE void chunk_sums(int64_t first, int64_t rows, int64_t width, double* sums,
                               Term term) {
  ColumnPartials partial;
  const int64_t used = rows < kColumnPartials ? rows : kColumnPartials;
  for (int64_t row = 0; row < used; ++row)
    for (int64_t i = 0; i < width; ++i) partial[row][i] = 0.0 + term(first + row, i);
  for (int64_t row = used; row < rows; ++row)
    for (int64_t i = 0; i < width; ++i) partial[row % kColumnPartials][i] += term(first + row, i);
  fold_columns(partial, used, width, sums);
}

// Does the same with add(row, to), which adds the terms of a whole row to `to` [width].
template <class AddRow>
THALWEG_INLINE void chunk_sums_by_rows(int64_t first, int64_t rows, int64_t width, double* sums,
                                       AddRow add) {
  ColumnPartials partial;
  const int64_t used = rows < kColumnPartials ? rows : kColumnPartials;
  for (int64_t row = 0; row < used; ++row)
    for (int64_t i = 0; i < width; ++i) partial[row][i] = 0;
  for (int64_t row = 0; row < rows; ++row) add(first + row, partial[row % kColumnPartials]);
  fold_columns(partial, used, width, sums);
}

// Writes to sums[i] the sum over all chunks. sum_chunk(first, rows) writes the sums of one there.
template <class SumChunk>
THALWEG_INLINE void sum_chunks(int64_t rows, int64_t width, double* sums, SumChunk sum_chunk) {
  const int64_t chunks = column_chunks(rows);
  ColumnPartials partial;
  for (int64_t i = 0; i < width; ++i) sums[i] = 0;  // the sums of no rows
  for (int64_t chunk = 0; chunk < chunks; ++chunk) {
    const int64_t first = chunk * kColumnChunk;
    sum_chunk(first, rows - first < kColumnChunk ? rows - first : kColumnChunk);
    double* to = partial[chunk % kColumnPartials];
    for (int64_t i = 0; i < width; ++i) to[i] = chunk < kColumnPartials ? sums[i] : to[i] + sums[i];
  }
  if (chunks > 1)
    fold_columns(partial, chunks < kColumnPartials ? chunks : kColumnPartials, width, sums);
}

// Writes to sums[i] the sum of term(row, i) over all rows, for i in [0, width).
template <class Term>
THALWEG_INLINE void column_sums(int64_t rows, int64_t width, double* sums, Term term) {
  sum_chunks(rows, width, sums,
             [&](int64_t first, int64_t count) { chunk_sums(first, count, width, sums, term); });
}

// Does the same with add(row, to), which adds the terms of a whole row to `to` [width].
template <class AddRow>
THALWEG_INLINE void column_sums_by_rows(int64_t rows, int64_t width, double* sums, AddRow add) {
  sum_chunks(rows, width, sums, [&](int64_t first, int64_t count) {
    chunk_sums_by_rows(first, count, width, sums, add);
  });
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
