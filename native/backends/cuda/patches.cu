// Patches of pictures, in the order of backends/cpu/patches_lanes.cc, which gives the same bits.
#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"

namespace thalweg::cuda {

namespace {

// A thread copies one number of a patch.
__global__ void patches_kernel(Patches op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns, tap = i % op.columns / w.channels;
  const int64_t position = row % w.positions();
  const int64_t y = pixel_row(w, position / w.out_width, tap / w.kernel_width);
  const int64_t x = pixel_column(w, position % w.out_width, tap % w.kernel_width);
  const bool is_inside = y >= 0 && y < w.height && x >= 0 && x < w.width;
  const int64_t pixel = row / w.positions() * w.pixels() + y * w.width + x;
  op.patches[i] = is_inside ? op.x[pixel * w.channels + i % w.channels] : 0.0f;
}

// A thread sums the gradient of one number of a picture.
__global__ void patches_backward_kernel(PatchesBackward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns, channel = i % op.columns;
  const int64_t length = w.taps() * w.channels;
  const float* patches = op.dpatches + row / w.pixels() * w.positions() * length + channel;
  float sum = 0;
  for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
    sum += patches[position * length + tap * w.channels];
  });
  op.dx[i] = sum;
}

}  // namespace

void launch_patches(const Patches& op) {
  launch_elements("patches", op.rows * op.columns, &patches_kernel, op);
}

void launch_patches_backward(const PatchesBackward& op) {
  launch_elements("patches_backward", op.rows * op.columns, &patches_backward_kernel, op);
}

}  // namespace thalweg::cuda
