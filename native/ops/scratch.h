// Temporary memory of ops on a device, whose blocks share results only through memory. The CPU
// needs none.
#pragma once

#include <cstdint>

#include "core/fold.h"

namespace thalweg {

// The most sums that an op makes of each column.
inline constexpr int kColumnSums = 2;

// Returns how many float64 numbers the sums over the rows of a matrix need: kColumnSums for each
// chunk of a column, and one more for each column.
constexpr int64_t column_scratch(int64_t rows, int64_t columns) {
  const int64_t chunks = column_chunks(rows);
  return chunks == 1 ? 0 : columns * (kColumnSums * chunks + 1);
}

// Returns how many uint32 numbers a radix sort of the positions of an embedding by row needs: two
// orders, the counts of each digit in each tile, and the total of each digit.
inline constexpr int64_t kSortDigits = 256;
inline constexpr int64_t kSortTiles = 256;
constexpr int64_t embedding_scratch(int64_t positions) {
  return 2 * positions + kSortDigits * (kSortTiles + 1);
}

}  // namespace thalweg
