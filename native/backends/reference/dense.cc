#include "backends/reference/functions.h"
#include "backends/reference/ops.h"

namespace thalweg::reference {

void dense_forward(const DenseForward& op) {
  for (int64_t row = 0; row < op.rows; ++row) {
    for (int64_t out = 0; out < op.outputs; ++out) {
      double sum = op.bias == nullptr ? 0 : op.bias[out];
      for (int64_t in = 0; in < op.inputs; ++in)
        sum += static_cast<double>(op.x[row * op.inputs + in]) * op.weight[in * op.outputs + out];
      const int64_t at = row * op.outputs + out;
      if (op.before != nullptr) op.before[at] = static_cast<float>(sum);
      op.y[at] = static_cast<float>(activate(op.activation, op.slope, sum));
    }
  }
}

void dense_backward(const DenseBackward& op) {
  activation_backward(
      {op.activation, op.slope, op.before, op.y, op.dy, op.dy, op.rows * op.outputs});
  for (int64_t out = 0; op.dbias != nullptr && out < op.outputs; ++out) {
    double sum = 0;
    for (int64_t row = 0; row < op.rows; ++row) sum += op.dy[row * op.outputs + out];
    op.dbias[out] = static_cast<float>(sum);
  }
  for (int64_t in = 0; op.dweight != nullptr && in < op.inputs; ++in) {
    for (int64_t out = 0; out < op.outputs; ++out) {
      double sum = 0;
      for (int64_t row = 0; row < op.rows; ++row)
        sum += static_cast<double>(op.x[row * op.inputs + in]) * op.dy[row * op.outputs + out];
      float& gradient = op.dweight[in * op.outputs + out];
      gradient = static_cast<float>(op.adds ? gradient + sum : sum);
    }
  }
  if (op.dx == nullptr) return;
  for (int64_t row = 0; row < op.rows; ++row) {
    for (int64_t in = 0; in < op.inputs; ++in) {
      double sum = 0;
      for (int64_t out = 0; out < op.outputs; ++out)
        sum +=
            static_cast<double>(op.dy[row * op.outputs + out]) * op.weight[in * op.outputs + out];
      op.dx[row * op.inputs + in] = static_cast<float>(sum);
    }
  }
}

}  // namespace thalweg::reference
