#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/functions.h"

namespace thalweg::cuda {

namespace {

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) softmax_forward_kernel(SoftmaxForward op) {
  const Row part(op.rows, op.columns);
  const float* x = op.x + part.row * op.columns;
  float* y = op.y + part.row * op.columns;
  const float highest = part.maximum(x);
  const auto load = [&](int64_t i) { return x[i]; };
  const auto factor = static_cast<float>(
      1 / part.sum(load, [&](int64_t, float value) { return exponential(value - highest); }));
  if (!part.stores) return;
  part.each(load, [&](int64_t i, float value) { y[i] = exponential(value - highest) * factor; });
}

struct Gradient {
  float y, dy;
};

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) softmax_backward_kernel(SoftmaxBackward op) {
  const Row part(op.rows, op.columns);
  const int64_t at = part.row * op.columns;
  const float *y = op.y + at, *dy = op.dy + at;
  float* dx = op.dx + at;
  const auto load = [&](int64_t i) { return Gradient{y[i], dy[i]}; };
  const auto inner = static_cast<float>(part.sum(load, [&](int64_t, const Gradient& element) {
    return static_cast<double>(element.y) * element.dy;
  }));
  if (!part.stores) return;
  part.each(load,
            [&](int64_t i, const Gradient& element) { dx[i] = element.y * (element.dy - inner); });
}

}  // namespace

void launch_softmax_forward(const SoftmaxForward& op) {
  launch_rows("softmax_forward", op.rows, op.columns, &softmax_forward_kernel<NarrowRow>,
              &softmax_forward_kernel<WideRow>, op);
}

void launch_softmax_backward(const SoftmaxBackward& op) {
  launch_rows("softmax_backward", op.rows, op.columns, &softmax_backward_kernel<NarrowRow>,
              &softmax_backward_kernel<WideRow>, op);
}

}  // namespace thalweg::cuda
