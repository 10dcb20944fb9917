// Vector lanes of pictures made larger. Lanes hold neighbouring channels.
#include "backends/cpu/lanes.h"

namespace thalweg::THALWEG_LANES {

void lane_upsample_forward(const UpsampleForward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.x + row / w.pixels() * w.positions() * op.columns;
    float* y = op.y + row * op.columns;
    for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t) {
      const float* x = picture + position * op.columns;
      for (int64_t c = 0; c < op.columns; ++c) y[c] = x[c];
    });
  }
}

void lane_upsample_backward(const UpsampleBackward& op, int64_t first, int64_t last) {
  constexpr int64_t kRun = 32;  // channels at a time
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.dy + row / w.positions() * w.pixels() * op.columns;
    for (int64_t channel = 0; channel < op.columns; channel += kRun) {
      const int64_t width = op.columns - channel < kRun ? op.columns - channel : kRun;
      double sums[kRun] = {};
      for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t) {
        const float* dy = picture + pixel * op.columns + channel;
        for (int64_t c = 0; c < width; ++c) sums[c] += dy[c];
      });
      float* dx = op.dx + row * op.columns + channel;
      for (int64_t c = 0; c < width; ++c) dx[c] = static_cast<float>(sums[c]);
    }
  }
}

}  // namespace thalweg::THALWEG_LANES
