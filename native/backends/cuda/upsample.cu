// Pictures made larger, in the order of backends/cpu/upsample_lanes.cc, which gives the same bits.
#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"

namespace thalweg::cuda {

namespace {

__global__ void upsample_forward_kernel(UpsampleForward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns;
  const float* x = op.x + row / w.pixels() * w.positions() * op.columns + i % op.columns;
  for_each_window(w, row % w.pixels(),
                  [&](int64_t position, int64_t) { op.y[i] = x[position * op.columns]; });
}

__global__ void upsample_backward_kernel(UpsampleBackward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns;
  const float* dy = op.dy + row / w.positions() * w.pixels() * op.columns + i % op.columns;
  double sum = 0;
  for_each_tap(w, row % w.positions(),
               [&](int64_t pixel, int64_t) { sum += dy[pixel * op.columns]; });
  op.dx[i] = static_cast<float>(sum);
}

}  // namespace

void launch_upsample_forward(const UpsampleForward& op) {
  launch_elements("upsample_forward", op.rows * op.columns, &upsample_forward_kernel, op);
}
void launch_upsample_backward(const UpsampleBackward& op) {
  launch_elements("upsample_backward", op.rows * op.columns, &upsample_backward_kernel, op);
}

}  // namespace thalweg::cuda
