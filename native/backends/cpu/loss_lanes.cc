// Vector lanes of the losses: elements in float32, rows summed in float64.
#include "backends/cpu/lanes.h"
#include "backends/cpu/row_sums.h"
#include "core/logarithm.h"
#include "ops/loss_functions.h"

namespace thalweg::THALWEG_LANES {

namespace {

// The labels of one row, given as a class index.
struct ClassLabel {
  int64_t index;
  THALWEG_INLINE float operator()(int64_t column) const { return column == index ? 1.0f : 0.0f; }
  THALWEG_INLINE double mass(int64_t) const { return 1; }
  // Returns the sum over columns of label * (x - highest).
  THALWEG_INLINE double inner(const float* x, double highest, int64_t) const {
    return x[index] - highest;
  }
};

// The labels of one row, given as values.
struct ValueLabels {
  const float* values;
  THALWEG_INLINE float operator()(int64_t column) const { return values[column]; }
  THALWEG_INLINE double mass(int64_t columns) const {
    return row_sum(columns, [&](int64_t i) { return values[i]; });
  }
  THALWEG_INLINE double inner(const float* x, double highest, int64_t columns) const {
    return row_sum(columns, [&](int64_t i) {  // 0 times an infinite distance would be NaN
      return values[i] == 0.0f ? 0.0 : values[i] * (x[i] - highest);
    });
  }
};

// Labels that become label * keep + spread.
template <class Label>
struct Smoothed {
  Label label;
  LabelMap map;
  THALWEG_INLINE float operator()(int64_t column) const {
    return label(column) * map.keep + map.spread;
  }
  THALWEG_INLINE double mass(int64_t columns) const {
    return label.mass(columns) * map.keep + static_cast<double>(columns) * map.spread;
  }
  THALWEG_INLINE double inner(const float* x, double highest, int64_t columns) const {
    const double all = row_sum(columns, [&](int64_t i) { return x[i] - highest; });
    return label.inner(x, highest, columns) * map.keep + all * map.spread;
  }
};

template <class Label, class Body>
THALWEG_INLINE void with_smoothing(const Loss& op, Label label, Body body) {
  if (op.smoothing == 0.0f)
    body(label);
  else
    body(Smoothed<Label>{label, label_map(op)});
}

template <class Body>
THALWEG_INLINE void with_labels(const Loss& op, int64_t row, Body body) {
  if (op.classes != nullptr)
    with_smoothing(op, ClassLabel{op.classes[row]}, body);
  else
    with_smoothing(op, ValueLabels{op.values + row * op.columns}, body);
}

// Counts a row's loss and gradient `weight` times. Weight 0 leaves out a row that is not finite.
void weigh(const Loss& op, int64_t first, int64_t last) {
  if (op.weights == nullptr) return;
  for (int64_t row = first; row < last; ++row) {
    const float weight = op.weights[row];
    float* __restrict dx = op.dx + row * op.columns;
    const bool counts = weight != 0.0f;
    op.row_losses[row] = counts ? op.row_losses[row] * weight : 0.0;
    for (int64_t i = 0; i < op.columns; ++i) dx[i] = counts ? dx[i] * weight : 0.0f;
  }
}

THALWEG_INLINE int64_t first_of(float value, const float* x, int64_t length) {
  int64_t i = 0;
  while (i < length && !(x[i] == value)) ++i;
  return i;
}

// Returns true where the row's largest output, `highest`, is in the column of its largest label.
THALWEG_INLINE bool is_correct(const Loss& op, int64_t row, float highest) {
  const int64_t predicted = first_of(highest, op.x + row * op.columns, op.columns);
  if (op.classes != nullptr) return predicted == op.classes[row];
  const float* values = op.values + row * op.columns;
  return predicted == first_of(row_maximum(values, op.columns), values, op.columns);
}

// Writes e^(x - highest) to dx, over all rows at once as softmax forward does. row_losses keeps
// each row's `highest` meanwhile.
void exponentials(const Loss& op, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const float* __restrict x = op.x + row * op.columns;
    float* __restrict dx = op.dx + row * op.columns;
    const float highest = row_maximum(x, op.columns);
    for (int64_t i = 0; i < op.columns; ++i) dx[i] = x[i] - highest;
    op.row_correct[row] = is_correct(op, row, highest);
    op.row_losses[row] = highest;
  }
  for (int64_t i = first * op.columns; i < last * op.columns; ++i) op.dx[i] = exponential(op.dx[i]);
}

// A row's loss is the sum over columns of label * (ln(sum of e^(x - highest)) - (x - highest)).
void softmax_cross_entropy(const Loss& op, int64_t first, int64_t last) {
  exponentials(op, first, last);
  const auto share = static_cast<float>(1 / static_cast<double>(op.rows));
  for (int64_t row = first; row < last; ++row) {
    const float* __restrict x = op.x + row * op.columns;
    float* __restrict dx = op.dx + row * op.columns;
    const double highest = op.row_losses[row];
    const double sum = row_sum(op.columns, [&](int64_t i) { return dx[i]; });
    with_labels(op, row, [&](auto label) {
      const double mass = label.mass(op.columns);
      op.row_losses[row] = mass * logarithm(sum) - label.inner(x, highest, op.columns);
      const auto factor = static_cast<float>(mass / sum);
      for (int64_t i = 0; i < op.columns; ++i) dx[i] = (dx[i] * factor - label(i)) * share;
    });
  }
}

template <class Function>
void mean_over_columns(const Loss& op, int64_t first, int64_t last, Function function) {
  const auto columns = static_cast<double>(op.columns);
  const auto share = static_cast<float>(1 / (columns * static_cast<double>(op.rows)));
  for (int64_t row = first; row < last; ++row) {
    const float* __restrict x = op.x + row * op.columns;
    float* __restrict dx = op.dx + row * op.columns;
    with_labels(op, row, [&](auto label) {
      const double sum = row_sum(op.columns, [&](int64_t i) {
        const Element element = function(x[i], label(i));
        dx[i] = element.gradient * share;
        return element.loss;
      });
      op.row_losses[row] = sum / columns;
    });
    op.row_correct[row] = is_correct(op, row, row_maximum(x, op.columns));
  }
}

void unweighted_loss(const Loss& op, int64_t first, int64_t last) {
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

}  // namespace

void lane_loss(const Loss& op, int64_t first, int64_t last) {
  unweighted_loss(op, first, last);
  weigh(op, first, last);
}

}  // namespace thalweg::THALWEG_LANES
