#include <algorithm>
#include <cmath>

#include "backends/reference/ops.h"

namespace thalweg::reference {

void softmax_forward(const SoftmaxForward& op) {
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* x = op.x + row * op.columns;
    float* y = op.y + row * op.columns;
    const double highest = *std::max_element(x, x + op.columns);
    double sum = 0;
    for (int64_t i = 0; i < op.columns; ++i) sum += std::exp(x[i] - highest);
    for (int64_t i = 0; i < op.columns; ++i)
      y[i] = static_cast<float>(std::exp(x[i] - highest) / sum);
  }
}

void softmax_backward(const SoftmaxBackward& op) {
  for (int64_t row = 0; row < op.rows; ++row) {
    const int64_t at = row * op.columns;
    double inner = 0;
    for (int64_t i = at; i < at + op.columns; ++i) inner += static_cast<double>(op.y[i]) * op.dy[i];
    for (int64_t i = at; i < at + op.columns; ++i)
      op.dx[i] = static_cast<float>(op.y[i] * (op.dy[i] - inner));
  }
}

}  // namespace thalweg::reference
