// Sums of many numbers in an order that depends on their count alone. So host and device compute
// the same bits.
#pragma once

#include <cstdint>

#include "core/macros.h"
#include "core/round.h"

namespace thalweg {

// Value i is added to lane i mod kFoldLanes. Then the upper half of the lanes is added to the lower
// half until one lane is left: the lanes fold in halves.
inline constexpr int kFoldLanes = 1024;

// Sums over the rows of a matrix, for each column. Blocks of a GPU share the chunks of kColumnChunk
// rows. Row r of a chunk goes to partial sum r mod kColumnPartials, and the partial sums fold in
// halves. The sums of the chunks are added in the same way, chunk c as row c.
inline constexpr int kColumnPartials = 32;
inline constexpr int64_t kColumnChunk = 1024;
constexpr int64_t column_chunks(int64_t rows) {
  return rows <= kColumnChunk ? 1 : ceil_div(rows, kColumnChunk);
}

// Sums over a row. Fewer than kRowPartials values are added one by one. In a row of fewer than
// kWideRow values, value i goes to partial sum i mod kRowPartials, and the partial sums fold in
// halves.
inline constexpr int kRowPartials = 16;
inline constexpr int64_t kWideRow = 1024;
// A longer row consists of chunks, and a chunk of runs. Value i of run r goes to partial sum
// kRowPartials (r mod kRowRuns) + i mod kRowPartials. The partial sums of a chunk fold in halves,
// and the sums of the chunks are added one by one.
inline constexpr int64_t kRowRun = 128;
inline constexpr int kRowRuns = 16;
inline constexpr int kWidePartials = kRowRuns * kRowPartials;
inline constexpr int64_t kRowChunk = 8192;

inline namespace THALWEG_LANES {

// Returns the sum of value(0), …, value(count - 1). Lanes without a value are left out: no lane is
// ever -0, so that adding their zeros would change no bit.
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
