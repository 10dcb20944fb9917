#include <cmath>

#include "backends/reference/ops.h"

namespace thalweg::reference {

namespace {

double at(const float* array, int64_t index, double otherwise) {
  return array == nullptr ? otherwise : array[index];
}
void store(float* array, int64_t index, double value) {
  if (array != nullptr) array[index] = static_cast<float>(value);
}

// Returns NaN where the variance is not finite, as ops/norm_functions.h does.
double inverse_deviation(float variance, double epsilon) {
  return 1 / std::sqrt(variance + (variance - variance) + epsilon);
}

}  // namespace

void batch_moments(const BatchMoments& op) {
  const auto rows = static_cast<double>(op.rows);
  for (int64_t column = 0; column < op.columns; ++column) {
    double sum = 0, squares = 0;
    for (int64_t row = 0; row < op.rows; ++row) sum += op.x[row * op.columns + column];
    for (int64_t row = 0; row < op.rows; ++row)
      squares += std::pow(op.x[row * op.columns + column] - sum / rows, 2);
    op.mean[column] = static_cast<float>(sum / rows);
    op.variance[column] = static_cast<float>(squares / rows);
  }
}

void batch_norm_forward(const BatchNormForward& op) {
  for (int64_t i = 0; i < op.rows * op.columns; ++i) {
    const int64_t column = i % op.columns;
    const double inverse = inverse_deviation(op.variance[column], op.epsilon);
    const double normal = (static_cast<double>(op.x[i]) - op.mean[column]) * inverse;
    op.y[i] = static_cast<float>(normal * at(op.scale, column, 1) + at(op.offset, column, 0));
  }
}

void batch_norm_backward(const BatchNormBackward& op) {
  const auto rows = static_cast<double>(op.rows);
  for (int64_t column = 0; column < op.columns; ++column) {
    const double inverse = inverse_deviation(op.variance[column], op.epsilon);
    const auto normal = [&](int64_t i) { return (op.x[i] - op.mean[column]) * inverse; };
    double sum = 0, product = 0;  // sums of dy, and of dy times the normalised x
    for (int64_t i = column; i < op.rows * op.columns; i += op.columns) {
      sum += op.dy[i];
      product += op.dy[i] * normal(i);
    }
    store(op.doffset, column, sum);
    store(op.dscale, column, product);
    const double factor = at(op.scale, column, 1) * inverse;
    for (int64_t i = column; i < op.rows * op.columns; i += op.columns) {
      const double through_moments = op.of_batch ? (sum + normal(i) * product) / rows : 0;
      op.dx[i] = static_cast<float>(factor * (op.dy[i] - through_moments));
    }
  }
}

void batch_norm_update(const BatchNormUpdate& op) {
  if (op.halted != nullptr && *op.halted != 0) return;
  const auto move = [&](float* running, double batch) {
    *running = static_cast<float>(op.momentum * *running + (1 - op.momentum) * batch);
  };
  for (int64_t column = 0; column < op.columns; ++column) {
    move(op.running_mean + column, op.mean[column]);
    move(op.running_variance + column, op.variance[column] * op.correction);
  }
}

}  // namespace thalweg::reference
