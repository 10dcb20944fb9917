// Vector lanes of pools. Lanes hold neighbouring channels, whose results stay in registers while
// the taps or windows go by.
#include "backends/cpu/lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

constexpr int64_t kRun = 32;  // channels at a time

// Calls body(channel, width) on runs of channels. Where a run is whole, the compiler knows its
// width.
template <class Body>
THALWEG_INLINE void for_each_run(int64_t channels, Body body) {
  int64_t channel = 0;
  for (; channel + kRun <= channels; channel += kRun) body(channel, kRun);
  if (channel < channels) body(channel, channels - channel);
}

}  // namespace

void lane_max_pool_forward(const MaxPoolForward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    for_each_run(op.columns, [&](int64_t channel, int64_t width) {
      float best[kRun] = {};
      int32_t chosen[kRun] = {};
      bool is_first = true;
      for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
        const float* x = picture + pixel * w.channels + channel;
        for (int64_t c = 0; c < width; ++c) {
          const bool takes = is_first | is_chosen(x[c], best[c]);
          best[c] = takes ? x[c] : best[c];
          chosen[c] = takes ? static_cast<int32_t>(tap) : chosen[c];
        }
        is_first = false;
      });
      const int64_t at = row * op.columns + channel;
      for (int64_t c = 0; c < width; ++c) op.y[at + c] = best[c];
      for (int64_t c = 0; c < width; ++c) op.chosen[at + c] = chosen[c];
    });
  }
}

void lane_max_pool_backward(const MaxPoolBackward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const int64_t picture = row / w.pixels() * w.positions() * op.columns;
    for_each_run(op.columns, [&](int64_t channel, int64_t width) {
      float sums[kRun] = {};
      for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
        const int64_t at = picture + position * op.columns + channel;
        const float* dy = op.dy + at;
        const int32_t* chosen = op.chosen + at;
        for (int64_t c = 0; c < width; ++c)
          sums[c] = chosen[c] == static_cast<int32_t>(tap) ? sums[c] + dy[c] : sums[c];
      });
      float* dx = op.dx + row * op.columns + channel;
      for (int64_t c = 0; c < width; ++c) dx[c] = sums[c];
    });
  }
}

void lane_average_pool_forward(const AveragePoolForward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    const int64_t position = row % w.positions();
    const auto count = static_cast<double>(count_taps(w, position));
    for_each_run(op.columns, [&](int64_t channel, int64_t width) {
      double sums[kRun] = {};
      for_each_tap(w, position, [&](int64_t pixel, int64_t) {
        const float* x = picture + pixel * w.channels + channel;
        for (int64_t c = 0; c < width; ++c) sums[c] += x[c];
      });
      float* y = op.y + row * op.columns + channel;
      for (int64_t c = 0; c < width; ++c) y[c] = static_cast<float>(sums[c] / count);
    });
  }
}

void lane_average_pool_backward(const AveragePoolBackward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.dy + row / w.pixels() * w.positions() * op.columns;
    for_each_run(op.columns, [&](int64_t channel, int64_t width) {
      float sums[kRun] = {};
      for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t) {
        const auto count = static_cast<float>(count_taps(w, position));
        const float* dy = picture + position * op.columns + channel;
        for (int64_t c = 0; c < width; ++c) sums[c] += dy[c] / count;
      });
      float* dx = op.dx + row * op.columns + channel;
      for (int64_t c = 0; c < width; ++c) dx[c] = sums[c];
    });
  }
}

}  // namespace thalweg::THALWEG_LANES
