// Copies blocks of a product's operands into an order in which tiles read them one after another.
#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/cpu/transpose.h"
#include "core/float_lanes.h"

namespace thalweg {
inline namespace THALWEG_LANES {

// A packed tile of a has so many floats for each step of k.
inline constexpr int64_t kPackedTileRows = 16;

// Some columns of b next to each other, for `depth` steps of k.
struct Panel {
  int64_t columns;
  int64_t width;  // the tile's, at least `columns`
  int64_t depth;
};

// Copies a panel to `to` [depth, width]. Row k of b begins at b + k * step.
inline void pack_panel(const float* b, int64_t step, const Panel& panel, float* to) {
  const int64_t whole = panel.columns / kFloats * kFloats;
  const int rest = static_cast<int>(panel.columns - whole);
  for (int64_t k = 0; k < panel.depth; ++k, b += step, to += panel.width) {
    for (int64_t j = 0; j < whole; j += kFloats) store(to + j, load(b + j));
    if (rest > 0) store(to + whole, load_first(b + whole, rest));
  }
}

// Copies a panel of a transposed b to `to` [depth, width]. Column j of b begins at b + j * step.
inline void pack_transposed_panel(const float* b, int64_t step, const Panel& panel, float* to) {
  for (int64_t j = 0; j < panel.columns; j += kFloats) {
    const int rows = static_cast<int>(std::min<int64_t>(kFloats, panel.columns - j));
    for (int64_t k = 0; k < panel.depth; k += kFloats) {
      const int columns = static_cast<int>(std::min<int64_t>(kFloats, panel.depth - k));
      transpose({b + j * step + k, step, rows, columns}, to + k * panel.width + j, panel.width);
    }
  }
}

// Copies `rows` neighbouring floats of each step of k to `to` [depth, kPackedTileRows].
inline void pack_tile_of_columns(const float* a, int64_t step, int64_t rows, int64_t depth,
                                 float* to) {
  for (int64_t k = 0; k < depth; ++k, a += step, to += kPackedTileRows)
    for (int64_t r = 0; r < rows; ++r) to[r] = a[r];
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
