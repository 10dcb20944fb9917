// Vector lanes of pools. Lanes hold neighbouring channels.
#include "backends/cpu/lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

constexpr int64_t kSummedChannels = 64;  // channels whose sums are kept at once

}  // namespace

void lane_max_pool_forward(const MaxPoolForward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    float* y = op.y + row * op.columns;
    int32_t* chosen = op.chosen + row * op.columns;
    bool is_first = true;
    for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
      const float* x = picture + pixel * w.channels;
      for (int64_t c = 0; c < op.columns; ++c) {
        const bool takes = is_first || is_chosen(x[c], y[c]);
        y[c] = takes ? x[c] : y[c];
        chosen[c] = takes ? static_cast<int32_t>(tap) : chosen[c];
      }
      is_first = false;
    });
  }
}

void lane_max_pool_backward(const MaxPoolBackward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const int64_t picture = row / w.pixels() * w.positions() * op.columns;
    float* dx = op.dx + row * op.columns;
    for (int64_t c = 0; c < op.columns; ++c) dx[c] = 0;
    for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
      const int64_t at = picture + position * op.columns;
      for (int64_t c = 0; c < op.columns; ++c)
        dx[c] = op.chosen[at + c] == tap ? dx[c] + op.dy[at + c] : dx[c];
    });
  }
}

void lane_average_pool_forward(const AveragePoolForward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    const int64_t position = row % w.positions();
    const auto count = static_cast<double>(count_taps(w, position));
    for (int64_t channel = 0; channel < op.columns; channel += kSummedChannels) {
      const int64_t left = op.columns - channel;
      const int64_t width = left < kSummedChannels ? left : kSummedChannels;
      double sums[kSummedChannels] = {};
      for_each_tap(w, position, [&](int64_t pixel, int64_t) {
        const float* x = picture + pixel * w.channels + channel;
        for (int64_t c = 0; c < width; ++c) sums[c] += x[c];
      });
      float* y = op.y + row * op.columns + channel;
      for (int64_t c = 0; c < width; ++c) y[c] = static_cast<float>(sums[c] / count);
    }
  }
}

void lane_average_pool_backward(const AveragePoolBackward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* dy = op.dy + row / w.pixels() * w.positions() * op.columns;
    float* dx = op.dx + row * op.columns;
    for (int64_t c = 0; c < op.columns; ++c) dx[c] = 0;
    for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t) {
      const auto count = static_cast<float>(count_taps(w, position));
      for (int64_t c = 0; c < op.columns; ++c) dx[c] += dy[position * op.columns + c] / count;
    });
  }
}

}  // namespace thalweg::THALWEG_LANES
