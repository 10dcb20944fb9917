// All rows of a column in their order, block by block.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "data/dataset.h"

namespace thalweg::data {

// Calls body(first, count, rows) for blocks of at most `most_bytes`, or of one row. Throws Aborted
// between two blocks.
template <class Body>
void scan(const Dataset& dataset, Column column, size_t most_bytes, const CancelFlag* cancel,
          Body body) {
  const size_t width = dataset.format().row_bytes(column);
  if (width == 0) return;
  const int64_t rows = dataset.format().rows;
  const auto most = static_cast<int64_t>(std::max<size_t>(1, most_bytes / width));
  std::vector<char> buffer;
  for (int64_t first = 0; first < rows; first += most) {
    refuse_cancelled(cancel);
    const int64_t count = std::min(most, rows - first);
    body(first, count, dataset.view(column, first, count, buffer));
  }
}

}  // namespace thalweg::data
