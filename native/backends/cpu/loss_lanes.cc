// Vector lanes of the losses: elements in float32, rows summed in float64.
#include "backends/cpu/lanes.h"
#include "backends/cpu/row_sums.h"
#include "core/logarithm.h"
#include "ops/functions.h"

namespace thalweg::THALWEG_LANES {

namespace {

// One row's labels, by class index or as values.
struct ClassLabel {
  int64_t index;
  THALWEG_INLINE float operator()(int64_t column) const { return column == index ? 1.0f : 0.0f; }
};
struct ValueLabels {
  const float* values;
  THALWEG_INLINE float operator()(int64_t column) const { return values[column]; }
};

template <class Body>
THALWEG_INLINE void with_labels(const Loss& op, int64_t row, Body body) {
  if (op.classes != nullptr)
    body(ClassLabel{op.classes[row]});
  else
    body(ValueLabels{op.values + row * op.columns});
}

int64_t first_maximum(const float* x, int64_t length) {
  const float highest = row_maximum(x, length);
  for (int64_t i = 0; i < length; ++i)
    if (x[i] == highest) return i;
  return -1;
}

void count_correct(const Loss& op, int64_t row) {
  const int64_t label = op.classes != nullptr
                            ? op.classes[row]
                            : first_maximum(op.values + row * op.columns, op.columns);
  op.row_correct[row] = first_maximum(op.x + row * op.columns, op.columns) == label;
}

// dx of softmax: e^(x - largest), over all rows at once, as in softmax forward.
void exponentials(const Loss& op, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const float* __restrict x = op.x + row * op.columns;
    float* __restrict dx = op.dx + row * op.columns;
    const float highest = row_maximum(x, op.columns);
    for (int64_t i = 0; i < op.columns; ++i) dx[i] = x[i] - highest;
  }
  for (int64_t i = first * op.columns; i < last * op.columns; ++i) op.dx[i] = exponential(op.dx[i]);
}

// loss = sum of label (ln(sum of e^(x - largest)) - (x - largest))
void softmax_cross_entropy(const Loss& op, int64_t first, int64_t last) {
  exponentials(op, first, last);
  const auto share = static_cast<float>(1 / static_cast<double>(op.rows));
  for (int64_t row = first; row < last; ++row) {
    const float* __restrict x = op.x + row * op.columns;
    float* __restrict dx = op.dx + row * op.columns;
    const double highest = row_maximum(x, op.columns);
    const double sum = row_sum(op.columns, [&](int64_t i) { return dx[i]; });
    with_labels(op, row, [&](auto label) {
      const double mass = row_sum(op.columns, [&](int64_t i) { return label(i); });
      const double inner = row_sum(op.columns, [&](int64_t i) {
        return label(i) == 0.0f ? 0.0 : label(i) * (x[i] - highest);
      });
      op.row_losses[row] = mass * logarithm(sum) - inner;
      const auto factor = static_cast<float>(mass / sum);
      for (int64_t i = 0; i < op.columns; ++i) dx[i] = (dx[i] * factor - label(i)) * share;
    });
  }
}

// The other losses: of one element, with the derivative.
struct Element {
  double loss;
  float gradient;
};

struct SigmoidCrossEntropy {
  THALWEG_INLINE Element operator()(float x, float label) const {
    const float e = exponential(-__builtin_fabsf(x));
    const float probability = (x < 0.0f ? e : 1.0f) / (1.0f + e);
    const float linear = (x > 0.0f ? x : 0.0f) - x * label;
    return {linear + log_one_plus(e), probability - label};
  }
};
struct SquaredError {
  THALWEG_INLINE Element operator()(float x, float label) const {
    const float distance = x - label;
    return {static_cast<double>(distance) * distance, 2.0f * distance};
  }
};
struct Huber {
  float delta;
  THALWEG_INLINE Element operator()(float x, float label) const {
    const float distance = x - label, near = clamp(distance, delta);
    // Inside: d^2 / 2. Outside: delta (|d| - delta / 2).
    return {near * (distance - 0.5 * near), near};
  }
};

template <class Function>
void mean_over_columns(const Loss& op, int64_t first, int64_t last, Function function) {
  const auto columns = static_cast<double>(op.columns);
  const auto share = static_cast<float>(1 / (columns * static_cast<double>(op.rows)));
  for (int64_t row = first; row < last; ++row) {
    const float* __restrict x = op.x + row * op.columns;
    float* __restrict dx = op.dx + row * op.columns;
    with_labels(op, row, [&](auto label) {
      const double sum =
          row_sum(op.columns, [&](int64_t i) { return function(x[i], label(i)).loss; });
      op.row_losses[row] = sum / columns;
      for (int64_t i = 0; i < op.columns; ++i) dx[i] = function(x[i], label(i)).gradient * share;
    });
  }
}

}  // namespace

void lane_loss(const Loss& op, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) count_correct(op, row);
  switch (op.kind) {
    case LossKind::kSoftmaxCrossEntropy:
      return softmax_cross_entropy(op, first, last);
    case LossKind::kSigmoidCrossEntropy:
      return mean_over_columns(op, first, last, SigmoidCrossEntropy{});
    case LossKind::kMeanSquaredError:
      return mean_over_columns(op, first, last, SquaredError{});
    case LossKind::kHuber:
      return mean_over_columns(op, first, last, Huber{op.delta});
  }
}

}  // namespace thalweg::THALWEG_LANES
