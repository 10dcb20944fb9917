// Losses with their gradients, in the order of backends/cpu/loss_lanes.cc: the same
// bits. The last block to finish adds the rows.
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "core/logarithm.h"
#include "ops/loss_functions.h"

namespace thalweg::cuda {

namespace {

constexpr int32_t kBadClass = -1;  // as a row's correctness

// One row's labels, by class index or as values.
struct ClassLabel {
  int64_t index;
  __device__ float operator()(int64_t column) const { return column == index ? 1.0f : 0.0f; }
  __device__ double mass(const RowPart&) const { return 1; }
  // Sum over columns of label (x - highest).
  __device__ double inner(const RowPart& part, const float* x, double highest) const {
    return index >= 0 && index < part.columns ? x[index] - highest : 0.0;
  }
  __device__ int64_t largest(const RowPart&) const { return index; }
};

struct ValueLabels {
  const float* values;
  __device__ float operator()(int64_t column) const { return values[column]; }
  __device__ double mass(const RowPart& part) const {
    return part.sum([&](int64_t i) { return values[i]; });
  }
  __device__ double inner(const RowPart& part, const float* x, double highest) const {
    return part.sum([&](int64_t i) {  // 0 times an infinite distance is 0
      return values[i] == 0.0f ? 0.0 : values[i] * (x[i] - highest);
    });
  }
  __device__ int64_t largest(const RowPart& part) const {
    return part.first_of(part.maximum(values), values);
  }
};

struct Outcome {
  double loss;
  bool correct;
};

struct SoftmaxCrossEntropy {
  template <class Label>
  __device__ Outcome operator()(const Loss& op, const RowPart& part, const Label& label) const {
    const float* x = op.x + part.row * op.columns;
    float* dx = op.dx + part.row * op.columns;
    const auto share = static_cast<float>(1 / static_cast<double>(op.rows));
    const float highest = part.maximum(x);
    const double sum = part.sum([&](int64_t i) { return exponential(x[i] - highest); });
    const double mass = label.mass(part);
    const double loss = mass * logarithm(sum) - label.inner(part, x, highest);
    const bool correct = part.first_of(highest, x) == label.largest(part);
    const auto factor = static_cast<float>(mass / sum);
    if (part.stores)
      part.each(
          [&](int64_t i) { dx[i] = (exponential(x[i] - highest) * factor - label(i)) * share; });
    return {loss, correct};
  }
};

// `function` gives the loss of an element, as ops/loss_functions.h has them.
template <class Function>
struct MeanOverColumns {
  Function function;
  template <class Label>
  __device__ Outcome operator()(const Loss& op, const RowPart& part, const Label& label) const {
    const float* x = op.x + part.row * op.columns;
    float* dx = op.dx + part.row * op.columns;
    const auto columns = static_cast<double>(op.columns);
    const auto share = static_cast<float>(1 / (columns * static_cast<double>(op.rows)));
    const double sum = part.sum([&](int64_t i) {
      const Element element = function(x[i], label(i));
      if (part.stores) dx[i] = element.gradient * share;
      return element.loss;
    });
    return {sum / columns, part.first_of(part.maximum(x), x) == label.largest(part)};
  }
};

__device__ void add_rows(const Loss& op) {
  const auto count = [&](int32_t wanted) {
    return fold_by_block(
        op.rows, [&](int64_t i) { return __ldcg(op.row_correct + i) == wanted ? 1.0 : 0.0; });
  };
  const double sum = fold_by_block(op.rows, [&](int64_t i) { return __ldcg(op.row_losses + i); });
  const double correct = count(1), bad = count(kBadClass);
  if (threadIdx.x != 0) return;
  op.result->sum = sum;
  op.result->correct = static_cast<int64_t>(correct);
  op.result->bad_classes = static_cast<int64_t>(bad);
  if (bad != 0 && op.halted != nullptr) *op.halted = 1;
}

template <class Kind>
__global__ void __launch_bounds__(kBlockThreads) loss_kernel(Loss op, Kind kind) {
  const RowPart part(op.rows, op.columns);
  const bool sparse = op.classes != nullptr;
  const int64_t index = sparse ? op.classes[part.row] : 0;
  const Outcome outcome = sparse ? kind(op, part, ClassLabel{index})
                                 : kind(op, part, ValueLabels{op.values + part.row * op.columns});
  if (part.stores && part.lane == 0) {
    const bool bad = index < 0 || index >= op.columns;
    op.row_losses[part.row] = outcome.loss;
    op.row_correct[part.row] = bad ? kBadClass : static_cast<int32_t>(outcome.correct);
  }
  __syncthreads();
  if (is_last_block(&op.result->arrived)) add_rows(op);
}

template <class Kind>
void launch_kind(const Loss& op, const Kind& kind) {
  launch("loss", ceil_div(op.rows, kRowsPerBlock), kBlockThreads, &loss_kernel<Kind>, op, kind);
}

}  // namespace

void launch_loss(const Loss& op) {
  switch (op.kind) {
    case LossKind::kSoftmaxCrossEntropy:
      return launch_kind(op, SoftmaxCrossEntropy{});
    case LossKind::kSigmoidCrossEntropy:
      return launch_kind(op, MeanOverColumns<SigmoidCrossEntropy>{});
    case LossKind::kMeanSquaredError:
      return launch_kind(op, MeanOverColumns<SquaredError>{});
    case LossKind::kHuber:
      return launch_kind(op, MeanOverColumns<Huber>{{op.delta}});
  }
}

}  // namespace thalweg::cuda
