// Vector lanes of the activations and of softmax.
#include "backends/cpu/lanes.h"
#include "backends/cpu/row_sums.h"
#include "ops/activation_functions.h"

namespace thalweg::THALWEG_LANES {

void lane_activation_forward(const ActivationForward& op, int64_t first, int64_t last) {
  with_activation(op.activation, [&](auto activation) {
    const float slope = op.slope;
#pragma GCC ivdep
    for (int64_t i = first; i < last; ++i) op.y[i] = activate<activation.kValue>(op.x[i], slope);
  });
}

void lane_activation_backward(const ActivationBackward& op, int64_t first, int64_t last) {
  with_activation(op.activation, [&](auto activation) {
    const float slope = op.slope;
    // op.x may be null only where the derivative does not read x.
    const float* x = op.x == nullptr ? op.y : op.x;
#pragma GCC ivdep
    for (int64_t i = first; i < last; ++i)
      op.dx[i] = op.dy[i] * derivative<activation.kValue>(x[i], op.y[i], slope);
  });
}

// Exponentials run over all rows at once, because a row may be narrower than a vector.
void lane_softmax_forward(const SoftmaxForward& op, int64_t first, int64_t last) {
  const int64_t columns = op.columns;
  for (int64_t row = first; row < last; ++row) {
    const float* x = op.x + row * columns;
    float* y = op.y + row * columns;
    const float highest = row_maximum(x, columns);
#pragma GCC ivdep
    for (int64_t i = 0; i < columns; ++i) y[i] = x[i] - highest;
  }
  for (int64_t i = first * columns; i < last * columns; ++i) op.y[i] = exponential(op.y[i]);
  for (int64_t row = first; row < last; ++row) {
    float* y = op.y + row * columns;
    const auto factor = static_cast<float>(1 / row_sum(columns, [&](int64_t i) { return y[i]; }));
    for (int64_t i = 0; i < columns; ++i) y[i] *= factor;
  }
}

void lane_softmax_backward(const SoftmaxBackward& op, int64_t first, int64_t last) {
  const int64_t columns = op.columns;
  for (int64_t row = first; row < last; ++row) {
    const float *y = op.y + row * columns, *dy = op.dy + row * columns;
    float* dx = op.dx + row * columns;
    const auto inner = static_cast<float>(
        row_sum(columns, [&](int64_t i) { return static_cast<double>(y[i]) * dy[i]; }));
#pragma GCC ivdep
    for (int64_t i = 0; i < columns; ++i) dx[i] = y[i] * (dy[i] - inner);
  }
}

}  // namespace thalweg::THALWEG_LANES
