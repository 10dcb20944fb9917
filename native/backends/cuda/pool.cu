// Pools, in the order of backends/cpu/pool_lanes.cc, which gives the same bits. A thread computes
// one number.
#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"

namespace thalweg::cuda {

namespace {

__global__ void max_pool_forward_kernel(MaxPoolForward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns;
  const float* picture = op.x + row / w.positions() * w.pixels() * w.channels + i % op.columns;
  float best = 0;
  int32_t chosen = -1;
  for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
    const float x = picture[pixel * w.channels];
    if (chosen >= 0 && !is_chosen(x, best)) return;
    best = x;
    chosen = static_cast<int32_t>(tap);
  });
  op.y[i] = best;
  op.chosen[i] = chosen;
}

__global__ void max_pool_backward_kernel(MaxPoolBackward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns;
  const int64_t first = row / w.pixels() * w.positions() * op.columns + i % op.columns;
  float sum = 0;
  for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
    const int64_t at = first + position * op.columns;
    if (op.chosen[at] == tap) sum += op.dy[at];
  });
  op.dx[i] = sum;
}

__global__ void average_pool_forward_kernel(AveragePoolForward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns;
  const float* picture = op.x + row / w.positions() * w.pixels() * w.channels + i % op.columns;
  const int64_t position = row % w.positions();
  double sum = 0;
  for_each_tap(w, position, [&](int64_t pixel, int64_t) { sum += picture[pixel * w.channels]; });
  op.y[i] = static_cast<float>(sum / static_cast<double>(count_taps(w, position)));
}

__global__ void average_pool_backward_kernel(AveragePoolBackward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns;
  const float* dy = op.dy + row / w.pixels() * w.positions() * op.columns + i % op.columns;
  float sum = 0;
  for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t) {
    sum += dy[position * op.columns] / static_cast<float>(count_taps(w, position));
  });
  op.dx[i] = sum;
}

}  // namespace

void launch_max_pool_forward(const MaxPoolForward& op) {
  launch_elements("max_pool_forward", op.rows * op.columns, &max_pool_forward_kernel, op);
}
void launch_max_pool_backward(const MaxPoolBackward& op) {
  launch_elements("max_pool_backward", op.rows * op.columns, &max_pool_backward_kernel, op);
}
void launch_average_pool_forward(const AveragePoolForward& op) {
  launch_elements("average_pool_forward", op.rows * op.columns, &average_pool_forward_kernel, op);
}
void launch_average_pool_backward(const AveragePoolBackward& op) {
  launch_elements("average_pool_backward", op.rows * op.columns, &average_pool_backward_kernel, op);
}

}  // namespace thalweg::cuda
