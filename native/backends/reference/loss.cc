#include <algorithm>
#include <cmath>

#include "backends/check_classes.h"
#include "backends/reference/functions.h"
#include "backends/reference/ops.h"
#include "core/fold.h"

namespace thalweg::reference {

namespace {

struct Row {
  const Loss& op;
  int64_t index;
  const float* x;
  float* dx;

  double label(int64_t column) const {
    const double given = op.classes == nullptr         ? op.values[index * op.columns + column]
                         : op.classes[index] == column ? 1
                                                       : 0;
    const LabelMap map = label_map(op);
    return given * map.keep + map.spread;
  }
  double weight() const { return op.weights == nullptr ? 1 : op.weights[index]; }
  void set_gradient(int64_t column, double value) const {
    const double weighted = weight() == 0 ? 0 : value * weight();
    dx[column] = static_cast<float>(weighted / static_cast<double>(op.rows));
  }
};

double softmax_cross_entropy(const Row& row) {
  const int64_t columns = row.op.columns;
  const double highest = *std::max_element(row.x, row.x + columns);
  double sum = 0;
  for (int64_t i = 0; i < columns; ++i) sum += std::exp(row.x[i] - highest);
  const double log_sum = std::log(sum) + highest;
  double loss = 0, mass = 0;
  for (int64_t i = 0; i < columns; ++i) {
    const double label = row.label(i);
    mass += label;
    if (label != 0) loss += label * (log_sum - row.x[i]);
  }
  for (int64_t i = 0; i < columns; ++i)
    row.set_gradient(i, mass * std::exp(row.x[i] - highest) / sum - row.label(i));
  return loss;
}

// Returns the mean loss over a row's columns, and stores their gradients. element(x, label,
// &gradient) returns the loss of one element.
template <class Element>
double mean_over_columns(const Row& row, Element element) {
  const auto columns = static_cast<double>(row.op.columns);
  double loss = 0;
  for (int64_t i = 0; i < row.op.columns; ++i) {
    double gradient = 0;
    loss += element(static_cast<double>(row.x[i]), row.label(i), &gradient);
    row.set_gradient(i, gradient / columns);
  }
  return loss / columns;
}

double unweighted_loss(const Row& row) {
  switch (row.op.kind) {
    case LossKind::kSoftmaxCrossEntropy:
      return softmax_cross_entropy(row);
    case LossKind::kSigmoidCrossEntropy:
      return mean_over_columns(row, [](double x, double label, double* gradient) {
        *gradient = reference::logistic(x) - label;
        return std::max(x, 0.0) - x * label + std::log1p(std::exp(-std::fabs(x)));
      });
    case LossKind::kMeanSquaredError:
      return mean_over_columns(row, [](double x, double label, double* gradient) {
        *gradient = 2 * (x - label);
        return (x - label) * (x - label);
      });
    default:
      return mean_over_columns(row, [&](double x, double label, double* gradient) {
        const double delta = row.op.delta, d = x - label;
        *gradient = std::clamp(d, -delta, delta);
        return std::fabs(d) <= delta ? 0.5 * d * d : delta * (std::fabs(d) - 0.5 * delta);
      });
  }
}

double row_loss(const Row& row) {
  const double loss = unweighted_loss(row);
  return row.weight() == 0 ? 0 : loss * row.weight();
}

int64_t label_class(const Loss& op, int64_t row) {
  if (op.classes != nullptr) return op.classes[row];
  const float* values = op.values + row * op.columns;
  return std::max_element(values, values + op.columns) - values;
}

}  // namespace

void loss(const Loss& op) {
  check_classes(op);
  *op.result = {};
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* x = op.x + row * op.columns;
    op.row_losses[row] = row_loss({op, row, x, op.dx + row * op.columns});
    op.result->correct += std::max_element(x, x + op.columns) - x == label_class(op, row);
  }
  op.result->sum = fold(op.rows, [&](int64_t row) { return op.row_losses[row]; });
}

}  // namespace thalweg::reference
