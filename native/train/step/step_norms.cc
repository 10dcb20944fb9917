#include "train/step/step_norms.h"

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "backends/step_clip.h"
#include "core/fold.h"
#include "rules/registry.h"

namespace thalweg {

namespace {

// Calls body(tensor, its first piece, the number of its pieces) for each of `tensors` tensors.
template <class Body>
void each_tensor(const std::vector<StepPiece>& pieces, size_t tensors, Body body) {
  size_t first = 0;
  for (size_t i = 0; i < tensors; ++i) {
    size_t last = first;
    while (last < pieces.size() && pieces[last].tensor == static_cast<int32_t>(i)) ++last;
    body(i, first, static_cast<int64_t>(last - first));
    first = last;
  }
}

}  // namespace

double clip_by_norm(const std::vector<StepPiece>& pieces, const std::vector<double>& square_sums,
                    NormLimits limits, std::vector<StepTensor>& tensors) {
  std::vector<double> squares(tensors.size());
  each_tensor(pieces, tensors.size(), [&](size_t i, size_t first, int64_t count) {
    const double sum = fold(count, [&](int64_t k) { return square_sums[first + k]; });
    const double factor = clip_factor(limits.tensor, square_root(sum));
    tensors[i].factor = static_cast<float>(factor);
    squares[i] = sum * factor * factor;
  });
  const double total =
      fold(static_cast<int64_t>(squares.size()), [&](int64_t i) { return squares[i]; });
  const double norm = square_root(total);
  const double factor = clip_factor(limits.global, norm);
  if (factor != 1)
    for (StepTensor& tensor : tensors) tensor.factor = static_cast<float>(tensor.factor * factor);
  return norm;
}

double set_ratios(const StepWork& work, const std::vector<TensorSums>& sums,
                  std::vector<StepTensor>& tensors) {
  const RuleInfo& rule = rule_infos()[work.rule];
  double largest = 0;
  each_tensor(*work.pieces, tensors.size(), [&](size_t i, size_t first, int64_t count) {
    const double weights = fold(count, [&](int64_t k) { return sums[first + k].weight; });
    const double measured = fold(count, [&](int64_t k) { return sums[first + k].measured; });
    tensors[i].ratio = rule.ratio(work.groups[tensors[i].group].rule, weights, measured);
    if (!std::isnan(largest) && !(weights <= largest)) largest = weights;  // a NaN stays
  });
  return square_root(largest);
}

}  // namespace thalweg
