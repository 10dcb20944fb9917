// Losses with their gradients, in the order of backends/cpu/loss_lanes.cc, which gives the same
// bits. The last block to finish adds up the rows.
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "core/logarithm.h"
#include "ops/loss_functions.h"

namespace thalweg::cuda {

namespace {

constexpr int32_t kBadClass = -1;  // row_correct of a row whose class is out of range

// The labels of one row, given as a class index.
struct ClassLabel {
  int64_t index;
  __device__ float operator()(int64_t column) const { return column == index ? 1.0f : 0.0f; }
  template <class Row>
  __device__ double mass(const Row&) const {
    return 1;
  }
  // Returns the sum over columns of label * (x - highest).
  template <class Row>
  __device__ double inner(const Row& part, const float* x, double highest) const {
    return index >= 0 && index < part.columns ? x[index] - highest : 0.0;
  }
  template <class Row>
  __device__ int64_t largest(const Row&) const {
    return index;
  }
};

// The labels of one row, given as values.
struct ValueLabels {
  const float* values;
  __device__ float operator()(int64_t column) const { return values[column]; }
  template <class Row>
  __device__ double mass(const Row& part) const {
    return part.sum(*this);
  }
  template <class Row>
  __device__ double inner(const Row& part, const float* x, double highest) const {
    return part.sum([&](int64_t i) {  // 0 times an infinite distance would be NaN
      return values[i] == 0.0f ? 0.0 : values[i] * (x[i] - highest);
    });
  }
  template <class Row>
  __device__ int64_t largest(const Row& part) const {
    return part.first_of(part.maximum(values), values);
  }
};

// Labels that become label * keep + spread.
template <class Label>
struct Smoothed {
  Label label;
  LabelMap map;
  __device__ float operator()(int64_t column) const {
    return label(column) * map.keep + map.spread;
  }
  template <class Row>
  __device__ double mass(const Row& part) const {
    return label.mass(part) * map.keep + static_cast<double>(part.columns) * map.spread;
  }
  template <class Row>
  __device__ double inner(const Row& part, const float* x, double highest) const {
    const double all = part.sum([&](int64_t i) { return x[i] - highest; });
    return label.inner(part, x, highest) * map.keep + all * map.spread;
  }
  template <class Row>
  __device__ int64_t largest(const Row& part) const {
    return label.largest(part);
  }
};

// How often a row's loss and gradient count. Weight 0 leaves out a row that is not finite.
struct Weight {
  bool given;
  float value;
  template <class Number>
  __device__ Number of(Number number) const {
    if (!given) return number;
    return value == 0.0f ? Number{0} : number * value;
  }
};

__device__ Weight weight_of(const Loss& op, int64_t row) {
  return {op.weights != nullptr, op.weights == nullptr ? 1.0f : op.weights[row]};
}

struct Outcome {
  double loss;
  bool correct;
};

// The values from which the loss of one element follows.
struct Output {
  float x, label;
};

struct SoftmaxCrossEntropy {
  template <class Row, class Label>
  __device__ Outcome operator()(const Loss& op, const Row& part, const Label& label) const {
    const float* x = op.x + part.row * op.columns;
    float* dx = op.dx + part.row * op.columns;
    const auto share = static_cast<float>(1 / static_cast<double>(op.rows));
    const float highest = part.maximum(x);
    const double sum = part.sum([&](int64_t i) { return x[i]; },
                                [&](int64_t, float value) { return exponential(value - highest); });
    const double mass = label.mass(part);
    const double loss = mass * logarithm(sum) - label.inner(part, x, highest);
    const bool correct = part.first_of(highest, x) == label.largest(part);
    const auto factor = static_cast<float>(mass / sum);
    const Weight weight = weight_of(op, part.row);
    if (part.stores)
      part.each(
          [&](int64_t i) {
            return Output{x[i], label(i)};
          },
          [&](int64_t i, const Output& at) {
            dx[i] = weight.of((exponential(at.x - highest) * factor - at.label) * share);
          });
    return {weight.of(loss), correct};
  }
};

// `function` returns the loss of an element, as ops/loss_functions.h defines it.
template <class Function>
struct MeanOverColumns {
  Function function;
  template <class Row, class Label>
  __device__ Outcome operator()(const Loss& op, const Row& part, const Label& label) const {
    const float* x = op.x + part.row * op.columns;
    float* dx = op.dx + part.row * op.columns;
    const auto columns = static_cast<double>(op.columns);
    const auto share = static_cast<float>(1 / (columns * static_cast<double>(op.rows)));
    const Weight weight = weight_of(op, part.row);
    const double sum = part.sum(
        [&](int64_t i) {
          return Output{x[i], label(i)};
        },
        [&](int64_t i, const Output& at) {
          const Element element = function(at.x, at.label);
          if (part.stores) dx[i] = weight.of(element.gradient * share);
          return element.loss;
        });
    return {weight.of(sum / columns), part.first_of(part.maximum(x), x) == label.largest(part)};
  }
};

// Adds up the rows in one pass. The counts are integers, so the order of their addition does not
// matter.
__device__ void add_rows(const Loss& op) {
  int64_t correct = 0, bad = 0;
  const double sum = fold_by_block(op.rows, [&](int64_t i) {
    const int32_t outcome = __ldcg(op.row_correct + i);
    correct += outcome == 1;
    bad += outcome == kBadClass;
    return __ldcg(op.row_losses + i);
  });
  correct = count_by_block(correct);
  bad = count_by_block(bad);
  if (threadIdx.x != 0) return;
  op.result->sum = sum;
  op.result->correct = correct;
  op.result->bad_classes = bad;
  if (bad != 0 && op.halted != nullptr) *op.halted = 1;
}

template <class Row, class Kind, class Label>
__device__ Outcome outcome_of(const Loss& op, const Row& part, const Kind& kind,
                              const Label& label) {
  if (op.smoothing == 0.0f) return kind(op, part, label);
  return kind(op, part, Smoothed<Label>{label, label_map(op)});
}

template <class Row, class Kind>
__global__ void __launch_bounds__(kBlockThreads) loss_kernel(Loss op, Kind kind) {
  const Row part(op.rows, op.columns);
  const bool sparse = op.classes != nullptr;
  const int64_t index = sparse ? op.classes[part.row] : 0;
  const Outcome outcome =
      sparse ? outcome_of(op, part, kind, ClassLabel{index})
             : outcome_of(op, part, kind, ValueLabels{op.values + part.row * op.columns});
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
  launch_rows("loss", op.rows, op.columns, &loss_kernel<NarrowRow, Kind>,
              &loss_kernel<WideRow, Kind>, op, kind);
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
