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

void layer_norm_forward(const LayerNormForward& op) {
  const auto columns = static_cast<double>(op.columns);
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* x = op.x + row * op.columns;
    double sum = 0, squares = 0;
    for (int64_t i = 0; i < op.columns; ++i) sum += x[i];
    const double mean = sum / columns;
    for (int64_t i = 0; i < op.columns; ++i) squares += (x[i] - mean) * (x[i] - mean);
    const double inverse = 1 / std::sqrt(squares / columns + op.epsilon);
    for (int64_t i = 0; i < op.columns; ++i)
      op.y[row * op.columns + i] =
          static_cast<float>((x[i] - mean) * inverse * at(op.scale, i, 1) + at(op.offset, i, 0));
    op.mean[row] = static_cast<float>(mean);
    op.inverse[row] = static_cast<float>(inverse);
  }
}

void layer_norm_backward(const LayerNormBackward& op) {
  const auto columns = static_cast<double>(op.columns);
  const auto normal = [&](int64_t row, int64_t i) {
    return (static_cast<double>(op.x[row * op.columns + i]) - op.mean[row]) * op.inverse[row];
  };
  for (int64_t i = 0; i < op.columns; ++i) {
    double sum = 0, product = 0;
    for (int64_t row = 0; row < op.rows; ++row) {
      sum += op.dy[row * op.columns + i];
      product += op.dy[row * op.columns + i] * normal(row, i);
    }
    store(op.doffset, i, sum);
    store(op.dscale, i, product);
  }
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* dy = op.dy + row * op.columns;
    const auto scaled = [&](int64_t i) { return dy[i] * at(op.scale, i, 1); };
    double sum = 0, product = 0;
    for (int64_t i = 0; i < op.columns; ++i) {
      sum += scaled(i);
      product += scaled(i) * normal(row, i);
    }
    for (int64_t i = 0; i < op.columns; ++i) {
      const double through_moments = (sum + normal(row, i) * product) / columns;
      op.dx[row * op.columns + i] =
          static_cast<float>(op.inverse[row] * (scaled(i) - through_moments));
    }
  }
}

}  // namespace thalweg::reference
