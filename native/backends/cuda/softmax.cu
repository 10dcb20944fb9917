#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/functions.h"

namespace thalweg::cuda {

namespace {

__global__ void __launch_bounds__(kBlockThreads) softmax_forward_kernel(SoftmaxForward op) {
  const RowPart part(op.rows, op.columns);
  const float* x = op.x + part.row * op.columns;
  float* y = op.y + part.row * op.columns;
  const float highest = part.maximum(x);
  const auto factor =
      static_cast<float>(1 / part.sum([&](int64_t i) { return exponential(x[i] - highest); }));
  if (part.stores) part.each([&](int64_t i) { y[i] = exponential(x[i] - highest) * factor; });
}

__global__ void __launch_bounds__(kBlockThreads) softmax_backward_kernel(SoftmaxBackward op) {
  const RowPart part(op.rows, op.columns);
  const int64_t at = part.row * op.columns;
  const float *y = op.y + at, *dy = op.dy + at;
  float* dx = op.dx + at;
  const auto inner =
      static_cast<float>(part.sum([&](int64_t i) { return static_cast<double>(y[i]) * dy[i]; }));
  if (part.stores) part.each([&](int64_t i) { dx[i] = y[i] * (dy[i] - inner); });
}

}  // namespace

void launch_softmax_forward(const SoftmaxForward& op) {
  launch("softmax_forward", ceil_div(op.rows, kRowsPerBlock), kBlockThreads,
         &softmax_forward_kernel, op);
}

void launch_softmax_backward(const SoftmaxBackward& op) {
  launch("softmax_backward", ceil_div(op.rows, kRowsPerBlock), kBlockThreads,
         &softmax_backward_kernel, op);
}

}  // namespace thalweg::cuda
