// Memory that ops need for a moment on a device whose blocks share nothing else. The processor
// does without.
#pragma once

#include <cstdint>

#include "core/fold.h"

namespace thalweg {

// Sums that an op makes of each column, at most.
inline constexpr int kColumnSums = 2;

// Numbers of float64 for the sums over the rows of a matrix: each chunk's, and one a column.
constexpr int64_t column_scratch(int64_t rows, int64_t columns) {
  const int64_t chunks = column_chunks(rows);
  return chunks == 1 ? 0 : columns * (kColumnSums * chunks + 1);
}

// Whole numbers for the positions of an embedding, sorted by their rows: two orders, and for each
// digit of a row how many positions of each tile have it.
inline constexpr int64_t kSortDigits = 256;
inline constexpr int64_t kSortTiles = 256;
constexpr int64_t embedding_scratch(int64_t positions) {
  return 2 * positions + kSortDigits * (kSortTiles + 1);
}

}  // namespace thalweg
