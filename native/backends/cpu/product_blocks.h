// Cuts a product into blocks of c, for a library that computes each block on one thread. The
// product's shape alone decides the cut, so the bits do not depend on the number of threads.
#pragma once

#include <algorithm>
#include <cstdint>

#include "core/round.h"

namespace thalweg {

// The rows [row, row + rows) and columns [column, column + columns) of c.
struct ProductBlock {
  int64_t row, rows, column, columns;
};

class ProductBlocks {
 public:
  ProductBlocks(int64_t m, int64_t n, int64_t k) : m_(m), n_(n), rows_(m), columns_(n) {
    const double flops =
        2.0 * static_cast<double>(m) * static_cast<double>(n) * static_cast<double>(k);
    for (double block = flops; block >= 2 * kLeastFlops && count() < kMostBlocks; block /= 2)
      if (!halve()) break;
  }

  int64_t count() const { return ceil_div(m_, rows_) * across(); }
  ProductBlock at(int64_t index) const {
    const int64_t row = index / across() * rows_, column = index % across() * columns_;
    return {row, std::min(rows_, m_ - row), column, std::min(columns_, n_ - column)};
  }

 private:
  // One thread with AVX-512 computes so much in some 20 microseconds. A smaller block does not pay
  // for its overhead.
  static constexpr double kLeastFlops = 4e6;
  static constexpr int64_t kMostBlocks = 256, kLeastRows = 32, kLeastColumns = 64, kVector = 16;

  int64_t across() const { return ceil_div(n_, columns_); }
  // Halves the longer side of the blocks, because square blocks read the least of a and b. Returns
  // false where the blocks are already smallest.
  bool halve() {
    const bool can_rows = rows_ >= 2 * kLeastRows, can_columns = columns_ >= 2 * kLeastColumns;
    if (!can_rows && !can_columns) return false;
    int64_t& longer = can_columns && (columns_ >= rows_ || !can_rows) ? columns_ : rows_;
    longer = round_up(ceil_div(longer, 2), kVector);
    return true;
  }

  const int64_t m_, n_;
  int64_t rows_, columns_;
};

}  // namespace thalweg
