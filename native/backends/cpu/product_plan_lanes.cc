// Chooses how a product is cut, by what was measured:
// docs/decisions/0019-one-order-for-products.md.
#include <algorithm>

#include "backends/cpu/lanes.h"
#include "backends/cpu/product_pack.h"
#include "backends/cpu/product_tile.h"
#include "core/round.h"

namespace thalweg::THALWEG_LANES {

namespace {

// Logarithms of the vectors of a tile that reads rows of a, and of one that reads columns.
#if defined(__AVX512F__)
constexpr int kLogForRows = 2, kLogForColumns = 1;
#elif defined(__AVX2__)
constexpr int kLogForRows = 1, kLogForColumns = 1;
#elif defined(__aarch64__)
constexpr int kLogForRows = 2, kLogForColumns = 2;
#else
constexpr int kLogForRows = 0, kLogForColumns = 0;
#endif

// Floats of a strip of b that stay in the second cache, and of one that is transposed.
constexpr int64_t kStrip = 128 * 1024, kTransposedStrip = 16 * 1024;
// Longer sums go in blocks. A block's rows of b should stay in the cache for all rows of a.
constexpr int64_t kLongSum = 1536, kBlock = 1024, kBlockOfFewRows = 400;
constexpr int64_t kFewRows = 128;
// Less work than this is no business of a second thread, and less than that makes few parts.
constexpr double kAlone = 600e3, kFewPieces = 4e6;

class Planner {
 public:
  Planner(const Product& product, int threads) : p_(product), threads_(threads) {
    plan_.log_vectors = p_.transpose_a ? kLogForColumns : kLogForRows;
    width_ = int64_t{kFloats} << plan_.log_vectors;
    tiles_ = ceil_div(p_.m, kMostRows[plan_.log_vectors]);
    plan_.depth = block_depth();
    plan_.packs_a = packs_a();
    plan_.packs_b = packs_b();
    plan_.columns = std::min(p_.n, strip_columns());
    plan_.rows = p_.m;
    plan_.threads = work() < kAlone ? 1 : threads_;
    if (plan_.threads > 1) share();
    count();
  }
  const ProductPlan& plan() const { return plan_; }

 private:
  double work() const { return 2.0 * p_.m * p_.n * p_.k; }

  int64_t block_depth() const {
    if (p_.transpose_a) return std::min(p_.k, kSummedRows);
    if (p_.k <= kLongSum) return p_.k;
    const int64_t blocks = ceil_div(p_.k, p_.m < kFewRows ? kBlockOfFewRows : kBlock);
    return round_up(ceil_div(p_.k, blocks), int64_t{16});
  }
  // A tile of few columns takes a sliver of each cache line of a.
  bool packs_a() const {
    return p_.transpose_a && kFloats < 16 && p_.m >= 512 && p_.n >= 8 * width_;
  }
  // A copy of b pays where many rows of a meet it, and its rows lie in many pages.
  bool packs_b() const {
    if (p_.transpose_b) return true;
    if (p_.transpose_a) return p_.m >= 256 && p_.k * p_.n > 64 * 1024;
    return p_.m >= kFewRows && p_.k * p_.n > 512 * 1024;
  }
  int64_t strip_columns() const {
    const int64_t depth = std::max<int64_t>(1, plan_.depth);
    const auto fitting = [&](int64_t floats) { return floats / depth / width_ * width_; };
    if (p_.transpose_b)
      return depth < 64 ? 16 * width_ : std::max(2 * width_, fitting(kTransposedStrip));
    if (p_.m < kFewRows && p_.k > kLongSum) return width_;
    return std::max(width_, fitting(kStrip));
  }
  // Makes enough parts for the threads. Columns are cut first where groups of rows would copy or
  // read b again.
  void share() {
    const bool few = work() < kFewPieces || (p_.transpose_a && p_.k > 8192);
    const int64_t wanted = (few ? 2 : 6) * threads_;
    const bool copies = tiles_ == 1 || plan_.packs_b;
    if (p_.m < 256 * wanted && copies && ceil_div(p_.n, plan_.columns) < wanted)
      plan_.columns = std::min(plan_.columns, ceil_div(ceil_div(p_.n, width_), wanted) * width_);
    const int64_t strips = ceil_div(p_.n, plan_.columns);
    if (strips < wanted) plan_.rows = ceil_div(p_.m, std::min(tiles_, ceil_div(wanted, strips)));
  }
  void count() {
    plan_.row_groups = ceil_div(p_.m, plan_.rows);
    plan_.parts = plan_.row_groups * ceil_div(p_.n, plan_.columns);
    if (plan_.packs_b) plan_.packed_b = round_up(plan_.columns, width_) * plan_.depth;
    if (plan_.packs_a) plan_.packed_a = kPackedTileRows * plan_.depth;
  }

  const Product& p_;
  const int threads_;
  ProductPlan plan_;
  int64_t width_ = 0, tiles_ = 0;
};

}  // namespace

ProductPlan lane_plan_product(const Product& product, int threads) {
  return Planner(product, threads).plan();
}

}  // namespace thalweg::THALWEG_LANES
