
#include "backends/reference/ops.h"

namespace thalweg::reference {

void depthwise_forward(const DepthwiseForward& op) {
  const Window& w = op.window;
  const int64_t each = op.columns / w.channels;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    for (int64_t f = 0; f < op.columns; ++f) {
      double sum = op.bias == nullptr ? 0 : op.bias[f];
      for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
        sum += static_cast<double>(picture[pixel * w.channels + f / each]) *
               op.weight[tap * op.columns + f];
      });
      op.y[row * op.columns + f] = static_cast<float>(sum);
    }
  }
}

void depthwise_backward(const DepthwiseBackward& op) {
  const Window& w = op.window;
  const int64_t each = op.filters / op.columns;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* dy = op.dy + row / w.pixels() * w.positions() * op.filters;
    for (int64_t c = 0; c < op.columns; ++c) {
      double sum = 0;
      for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
        for (int64_t f = c * each; f < (c + 1) * each; ++f)
          sum +=
              static_cast<double>(dy[position * op.filters + f]) * op.weight[tap * op.filters + f];
      });
      op.dx[row * op.columns + c] = static_cast<float>(sum);
    }
  }
}

void depthwise_weights(const DepthwiseWeights& op) {
  const Window& w = op.window;
  const int64_t filters = op.columns / w.taps(), each = filters / w.channels;
  for (int64_t column = 0; column < op.columns; ++column) {
    const int64_t tap = column / filters, f = column % filters;
    double sum = 0;
    for (int64_t row = 0; row < op.rows; ++row) {
      const TapRow at = tap_row(w, row, tap);
      for (int64_t i = at.inside.first; i < at.inside.last; ++i)
        sum += static_cast<double>(op.x[(at.pixel + i * w.stride_width) * w.channels + f / each]) *
               op.dy[(at.position + i) * filters + f];
    }
    op.dweight[column] = static_cast<float>(sum);
  }
}

}  // namespace thalweg::reference
