#include <cmath>

#include "backends/reference/ops.h"

namespace thalweg::reference {

void rms_norm_forward(const RmsNormForward& op) {
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* x = op.x + row * op.columns;
    float* y = op.y + row * op.columns;
    double squares = 0;
    for (int64_t i = 0; i < op.columns; ++i) squares += static_cast<double>(x[i]) * x[i];
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(op.columns) + op.epsilon);
    for (int64_t i = 0; i < op.columns; ++i)
      y[i] = static_cast<float>(x[i] * inverse * (op.scale == nullptr ? 1 : op.scale[i]));
    op.inverse[row] = static_cast<float>(inverse);
  }
}

void rms_norm_parameters(const RmsNormBackward& op) {
  for (int64_t i = 0; i < op.columns; ++i) {
    double sum = 0;
    for (int64_t row = 0; row < op.rows; ++row) {
      const int64_t at = row * op.columns + i;
      sum += static_cast<double>(op.dy[at]) * op.x[at] * op.inverse[row];
    }
    op.dscale[i] = static_cast<float>(sum);
  }
}

// dx = inverse * (g - n * mean(g * n)), with g = dy * scale and n = x * inverse.
void rms_norm_backward(const RmsNormBackward& op) {
  for (int64_t row = 0; row < op.rows; ++row) {
    const int64_t first = row * op.columns;
    const double inverse = op.inverse[row];
    const auto scaled = [&](int64_t i) {
      return op.dy[first + i] * (op.scale == nullptr ? 1.0 : op.scale[i]);
    };
    double product = 0;
    for (int64_t i = 0; i < op.columns; ++i) product += scaled(i) * op.x[first + i] * inverse;
    const double slope = product / static_cast<double>(op.columns);
    for (int64_t i = 0; i < op.columns; ++i)
      op.dx[first + i] =
          static_cast<float>(inverse * (scaled(i) - op.x[first + i] * inverse * slope));
  }
}

}  // namespace thalweg::reference
