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

}  // namespace

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
