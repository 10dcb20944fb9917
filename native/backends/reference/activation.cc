#include "backends/reference/functions.h"
#include "backends/reference/ops.h"

namespace thalweg::reference {

void activation_forward(const ActivationForward& op) {
  for (int64_t i = 0; i < op.length; ++i)
    op.y[i] = static_cast<float>(activate(op.activation, op.slope, op.x[i]));
}

void activation_backward(const ActivationBackward& op) {
  for (int64_t i = 0; i < op.length; ++i) {
    const double x = op.x == nullptr ? 0 : op.x[i];
    op.dx[i] = static_cast<float>(op.dy[i] * derivative(op.activation, op.slope, x, op.y[i]));
  }
}

}  // namespace thalweg::reference
