// Builds an alias table in one pass with two cursors. One visits the rows lighter than the mean,
// and the other the heavier rows, which fill the rest of the columns of the light rows.
#include <algorithm>
#include <cmath>

#include "orders/sampling.h"

namespace thalweg {

namespace {

// An unevaluated sum of two doubles. The result of millions of subtractions is still correct to the
// last bit of a double.
struct Exact {
  double high = 0;
  double low = 0;

  void add(double x) {
    const double sum = high + x, part = sum - high;
    low += (high - (sum - part)) + (x - part);
    high = sum;
  }
  double value() const { return high + low; }
};

uint64_t to_threshold(double share) {
  if (share >= 1) return UINT64_MAX;
  return share > 0 ? static_cast<uint64_t>(std::ldexp(share, 64)) : 0;
}

// The weights as multiples of their mean: weight * scale.
class Sweep {
 public:
  Sweep(const double* weights, uint64_t length)
      : weights_(weights),
        length_(length),
        heaviest_(std::max_element(weights, weights + length) - weights) {
    Exact sum;
    for (uint64_t i = 0; i < length; ++i) sum.add(weights[i]);
    scale_ = static_cast<double>(length) / sum.value();
  }

  double share(uint64_t row) const { return weights_[row] * scale_; }
  bool is_heavy(uint64_t row) const { return share(row) >= 1; }
  // Returns the first heavy row from `row` on, or `length`.
  uint64_t next_heavy(uint64_t row) const {
    while (row < length_ && !is_heavy(row)) ++row;
    return row;
  }
  // Returns the row of the largest weight. If all weights are equal, rounding may leave no row
  // heavy, and this row fills the columns.
  uint64_t heaviest() const { return heaviest_; }

 private:
  const double* weights_;
  uint64_t length_;
  uint64_t heaviest_;
  double scale_;
};

}  // namespace

void build_alias_table(const double* weights, uint64_t length, AliasColumn* columns) {
  const Sweep sweep(weights, length);
  for (uint64_t i = 0; i < length; ++i) columns[i] = {UINT64_MAX, static_cast<uint32_t>(i), 0};
  uint64_t filler = sweep.next_heavy(0);
  if (filler == length) filler = sweep.heaviest();
  Exact left;  // the unused part of the filler's share
  left.add(sweep.share(filler));
  for (uint64_t light = 0; light < length; ++light) {
    if (sweep.is_heavy(light) || light == filler) continue;
    const double share = sweep.share(light);
    columns[light] = {to_threshold(share), static_cast<uint32_t>(filler), 0};
    left.add(-1);
    left.add(share);
    while (left.value() < 1) {
      const uint64_t next = sweep.next_heavy(filler + 1);
      if (next >= length) break;  // rounding has lost the rest
      columns[filler] = {to_threshold(left.value()), static_cast<uint32_t>(next), 0};
      left.add(-1);
      left.add(sweep.share(next));
      filler = next;
    }
  }
}

}  // namespace thalweg
