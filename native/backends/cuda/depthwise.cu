// Depthwise convolutions, in the order of backends/cpu/depthwise_lanes.cc, which gives the same
// bits. A thread computes one number.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

__global__ void depthwise_forward_kernel(DepthwiseForward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns, filter = i % op.columns;
  const int64_t channel = filter / (op.columns / w.channels);
  const float* picture = op.x + row / w.positions() * w.pixels() * w.channels + channel;
  float sum = 0;
  for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
    sum = fmaf(picture[pixel * w.channels], op.weight[tap * op.columns + filter], sum);
  });
  op.y[i] = op.bias == nullptr ? sum : sum + op.bias[filter];
}

__global__ void depthwise_backward_kernel(DepthwiseBackward op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const Window& w = op.window;
  const int64_t row = i / op.columns, each = op.filters / op.columns;
  const int64_t filter = i % op.columns * each;
  const float* dy = op.dy + row / w.pixels() * w.positions() * op.filters + filter;
  float sum = 0;
  for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
    for (int64_t which = 0; which < each; ++which)
      sum = fmaf(dy[position * op.filters + which], op.weight[tap * op.filters + filter + which],
                 sum);
  });
  op.dx[i] = sum;
}

struct WeightGradient {
  static constexpr int kSums = 1;
  DepthwiseWeights op;

  struct Terms {
    const DepthwiseWeights& op;
    int64_t tap, filter, filters;

    // Returns the chain of a row of positions.
    __device__ float load(int64_t row) const {
      const Window& w = op.window;
      const TapRow at = tap_row(w, row, tap);
      const float* x = op.x + at.pixel * w.channels + filter / (filters / w.channels);
      const float* dy = op.dy + at.position * filters + filter;
      const int64_t step = w.stride_width * w.channels;
      float sum = 0;
      for (int64_t i = at.inside.first; i < at.inside.last; ++i)
        sum = fmaf(x[i * step], dy[i * filters], sum);
      return sum;
    }
    __device__ ColumnSums<1> operator()(int64_t, float sum) const { return {sum}; }
  };
  __device__ Terms terms(const ColumnPart& part) const {
    const int64_t filters = op.columns / op.window.taps();
    return {op, part.column / filters, part.column % filters, filters};
  }
  __device__ void finish(int64_t column, const ColumnSums<1>& sums) const {
    op.dweight[column] = static_cast<float>(sums.value[0]);
  }
};

}  // namespace

void launch_depthwise_forward(const DepthwiseForward& op) {
  launch_elements("depthwise_forward", op.rows * op.columns, &depthwise_forward_kernel, op);
}
void launch_depthwise_backward(const DepthwiseBackward& op) {
  launch_elements("depthwise_backward", op.rows * op.columns, &depthwise_backward_kernel, op);
}
void launch_depthwise_weights(const DepthwiseWeights& op) {
  launch_column_sums("depthwise_weights", ColumnGrid{op.rows, op.columns, op.scratch},
                     WeightGradient{op});
}

}  // namespace thalweg::cuda
