// Sums over a row in the order of core/fold.h, and its largest value.
#pragma once

#include <cstdint>

#include "core/fold.h"
#include "core/macros.h"
#include "core/round.h"

namespace thalweg {

inline namespace THALWEG_LANES {

using RowPartials = double[kRowPartials];

// Adds term(i) for i in [first, last) to partial sum (i - first) mod kRowPartials.
template <class Term>
THALWEG_INLINE void add_run(int64_t first, int64_t last, RowPartials& partial, Term term) {
  int64_t i = first;
  for (; i + kRowPartials <= last; i += kRowPartials)
    for (int lane = 0; lane < kRowPartials; ++lane) partial[lane] += term(i + lane);
  for (int lane = 0; i + lane < last; ++lane) partial[lane] += term(i + lane);
}

// Folds 2 * kHalf partial sums in halves, and returns their sum.
template <int kHalf = kRowPartials / 2>
THALWEG_INLINE double fold_row(RowPartials& partial) {
  for (int lane = 0; lane < kHalf; ++lane) partial[lane] += partial[lane + kHalf];
  if constexpr (kHalf > 1) return fold_row<kHalf / 2>(partial);
  return partial[0];
}

// Returns the sum of one chunk of a wide row. It leaves out the partial sums of runs beyond the
// chunk. They would add zeros to a sum that is never -0, which changes no bit.
template <class Term>
THALWEG_INLINE double chunk_sum(int64_t first, int64_t last, Term term) {
  RowPartials partial[kRowRuns];
  const int64_t runs = ceil_div(last - first, kRowRun), used = runs < kRowRuns ? runs : kRowRuns;
  for (int64_t run = 0; run < runs; ++run) {
    RowPartials& kept = partial[run % kRowRuns];
    RowPartials own;  // stays in registers
    for (int lane = 0; lane < kRowPartials; ++lane) own[lane] = run < kRowRuns ? 0.0 : kept[lane];
    const int64_t begin = first + run * kRowRun;
    if (begin + kRowRun <= last)
      add_run(begin, begin + kRowRun, own, term);
    else
      add_run(begin, last, own, term);
    for (int lane = 0; lane < kRowPartials; ++lane) kept[lane] = own[lane];
  }
  for (int64_t half = kRowRuns / 2; half > 0; half /= 2)
    for (int64_t run = 0; run < half && run + half < used; ++run)
      for (int lane = 0; lane < kRowPartials; ++lane)
        partial[run][lane] += partial[run + half][lane];
  return fold_row(partial[0]);
}

// Returns the sum over i in [0, length) of term(i), a double or float, in double.
template <class Term>
THALWEG_INLINE double row_sum(int64_t length, Term term) {
  double sum = 0;
  if (length < kRowPartials) {
    for (int64_t i = 0; i < length; ++i) sum += term(i);
    return sum;
  }
  if (length < kWideRow) {
    RowPartials partial = {};
    add_run(0, length, partial, term);
    return fold_row(partial);
  }
  for (int64_t first = 0; first < length; first += kRowChunk)
    sum += chunk_sum(first, length - first < kRowChunk ? length : first + kRowChunk, term);
  return sum;
}

// Returns the largest element, or -infinity where all are NaN. It ignores NaN.
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
