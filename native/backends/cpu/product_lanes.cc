// Computes one part of a matrix product. Each element of c is one chain of fused multiply-adds, so
// neither the part, nor the tile, nor the width of a vector changes its bits.
#include <algorithm>

#include "backends/cpu/lanes.h"
#include "backends/cpu/product_pack.h"
#include "backends/cpu/product_tile.h"

namespace thalweg::THALWEG_LANES {

namespace {

class Part {
 public:
  Part(const Product& product, const ProductPlan& plan, int64_t index, float* buffer)
      : p_(product), plan_(plan), packed_b_(buffer), packed_a_(buffer + plan.packed_b) {
    row_ = index % plan.row_groups * plan.rows;
    rows_ = std::min(plan.rows, p_.m - row_);
    column_ = index / plan.row_groups * plan.columns;
    columns_ = std::min(plan.columns, p_.n - column_);
    log_width_ = log_width();
    const int64_t most = kMostRows[log_width_];
    tiles_ = (rows_ + most - 1) / most;
  }

  void run() const {
    int64_t k = 0;
    do {
      const int64_t depth = std::min(plan_.depth, p_.k - k);
      if (plan_.packs_b) for_each_panel(depth, [&](auto&&... panel) { pack_b(k, panel...); });
      for (int64_t tile = 0; tile < tiles_; ++tile) {
        if (plan_.packs_a) pack_a(k, tile, depth);
        for_each_panel(depth, [&](auto&&... panel) { multiply_tile(k, tile, panel...); });
      }
      k += plan_.depth;
    } while (k < p_.k);
  }

 private:
  // Few rows take many vectors, so that enough chains run at once. Few columns take few.
  int log_width() const {
    int log = plan_.log_vectors;
    while (log + 1 < kLogWidths && rows_ <= kMostRows[log + 1] && columns_ > width(log)) ++log;
    while (log > 0 && columns_ <= width(log - 1)) --log;
    return log;
  }
  static int64_t width(int log) { return int64_t{kFloats} << log; }

  // Calls body(column, log, panel) for the panels of the part; `column` counts from its first one.
  template <class Body>
  void for_each_panel(int64_t depth, Body body) const {
    int log = log_width_;
    for (int64_t column = 0; column < columns_; column += width(log)) {
      const int64_t left = columns_ - column;
      while (log > 0 && left <= width(log) - kFloats) --log;  // each vector of a tile has a column
      body(column, log, Panel{std::min(left, width(log)), width(log), depth});
    }
  }
  // Rows are spread evenly, because a last tile of two rows would be slow.
  int64_t tile_row(int64_t tile) const { return rows_ * tile / tiles_; }

  void pack_b(int64_t k, int64_t column, int, const Panel& panel) const {
    float* to = packed_b_ + column * panel.depth;
    const int64_t j = column_ + column;
    if (p_.transpose_b) return pack_transposed_panel(p_.b + j * p_.k + k, p_.k, panel, to);
    pack_panel(p_.b + k * p_.n + j, p_.n, panel, to);
  }
  void pack_a(int64_t k, int64_t tile, int64_t depth) const {
    const int64_t first = tile_row(tile);
    pack_tile_of_columns(p_.a + k * p_.m + row_ + first, p_.m, tile_row(tile + 1) - first, depth,
                         packed_a_);
  }

  void multiply_tile(int64_t k, int64_t tile, int64_t column, int log, const Panel& panel) const {
    const int64_t first = tile_row(tile), row = row_ + first, j = column_ + column;
    const bool is_last = k + panel.depth >= p_.k;
    TileWork work{.a = p_.a + row * p_.k + k,
                  .a_step = p_.k,
                  .b = p_.b + k * p_.n + j,
                  .b_step = p_.n,
                  .c = p_.c + row * p_.n + j,
                  .c_step = p_.n,
                  .depth = panel.depth,
                  .last = static_cast<int>((panel.columns - 1) % kFloats) + 1,
                  .continues = k > 0 && !p_.transpose_a,
                  .adds = p_.transpose_a && (k > 0 || p_.adds),
                  .bias = is_last && p_.bias != nullptr ? p_.bias + j : nullptr,
                  .relu = is_last && p_.activation == Activation::kRelu};
    if (p_.transpose_a) {
      work.a = plan_.packs_a ? packed_a_ : p_.a + k * p_.m + row;
      work.a_step = plan_.packs_a ? kPackedTileRows : p_.m;
    }
    if (plan_.packs_b) {
      work.b = packed_b_ + column * panel.depth;
      work.b_step = panel.width;
    }
    const int64_t rows = tile_row(tile + 1) - first;
    kTiles.at[log][rows][p_.transpose_a][panel.columns < panel.width](work);
  }

  const Product& p_;
  const ProductPlan& plan_;
  float *packed_b_, *packed_a_;
  int64_t row_, rows_, column_, columns_, tiles_;
  int log_width_;
};

}  // namespace

void lane_product(const Product& product, const ProductPlan& plan, int64_t part, float* buffer) {
  Part(product, plan, part, buffer).run();
}

}  // namespace thalweg::THALWEG_LANES
