// Sums of many numbers in an order that depends on their count alone, for host and
// device alike: the same bits.
#pragma once

#include <cstdint>

#include "core/macros.h"
#include "core/round.h"

namespace thalweg {

// Value i goes to lane i mod kFoldLanes; lanes fold in halves.
inline constexpr int kFoldLanes = 1024;

// Sums over the rows of a matrix, for each column. Rows come in chunks, which blocks of a GPU
// share: row r of a chunk goes to partial sum r mod kColumnPartials, and partial sums fold in
// halves. The chunks' sums are added in the same way, chunk c as row c.
inline constexpr int kColumnPartials = 32;
inline constexpr int64_t kColumnChunk = 1024;
constexpr int64_t column_chunks(int64_t rows) {
  return rows <= kColumnChunk ? 1 : ceil_div(rows, kColumnChunk);
}

// Sums over a row. Fewer than kRowPartials values are added one by one. Below kWideRow, value i
// goes to partial sum i mod kRowPartials, and partial sums fold in halves. From there on values
// come in chunks, and a chunk in runs: run r has the partial sums from kRowPartials (r mod
// kRowRuns) on, of which value i of a run goes to number i mod kRowPartials. The partial sums of a
// chunk fold in halves, and the chunks' sums are added one by one.
inline constexpr int kRowPartials = 16;
inline constexpr int64_t kWideRow = 1024;
inline constexpr int64_t kRowRun = 128;
inline constexpr int kRowRuns = 16;
inline constexpr int kWidePartials = kRowRuns * kRowPartials;
inline constexpr int64_t kRowChunk = 8192;

inline namespace THALWEG_LANES {

// Adds value(0), …, value(count - 1). Lanes begin at 0; those without a value would
// add zeros to what is never -0, which changes no bit, and are left out.
template <class Value>
double fold(int64_t count, Value value) {
  double lane[kFoldLanes];
  const int64_t lanes = count < kFoldLanes ? count : kFoldLanes;
  for (int64_t i = 0; i < lanes; ++i) lane[i] = 0.0 + value(i);
  for (int64_t i = lanes; i < count; ++i) lane[i % kFoldLanes] += value(i);
  for (int64_t width = kFoldLanes / 2; width > 0; width /= 2)
    for (int64_t i = 0; i < width && i + width < lanes; ++i) lane[i] += lane[i + width];
  return count > 0 ? lane[0] : 0.0;
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
