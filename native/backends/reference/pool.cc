#include "backends/reference/ops.h"

namespace thalweg::reference {

void max_pool_forward(const MaxPoolForward& op) {
  const Window& w = op.window;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    for (int64_t c = 0; c < op.columns; ++c) {
      float best = 0;
      int32_t chosen = -1;
      for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
        const float x = picture[pixel * w.channels + c];
        if (chosen >= 0 && !is_chosen(x, best)) return;
        best = x;
        chosen = static_cast<int32_t>(tap);
      });
      op.y[row * op.columns + c] = best;
      op.chosen[row * op.columns + c] = chosen;
    }
  }
}

void max_pool_backward(const MaxPoolBackward& op) {
  const Window& w = op.window;
  for (int64_t row = 0; row < op.rows; ++row) {
    const int64_t first = row / w.pixels() * w.positions() * op.columns;
    for (int64_t c = 0; c < op.columns; ++c) {
      double sum = 0;
      for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
        const int64_t at = first + position * op.columns + c;
        if (op.chosen[at] == tap) sum += op.dy[at];
      });
      op.dx[row * op.columns + c] = static_cast<float>(sum);
    }
  }
}

void average_pool_forward(const AveragePoolForward& op) {
  const Window& w = op.window;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    const int64_t position = row % w.positions();
    for (int64_t c = 0; c < op.columns; ++c) {
      double sum = 0;
      for_each_tap(w, position,
                   [&](int64_t pixel, int64_t) { sum += picture[pixel * w.channels + c]; });
      const auto count = static_cast<double>(count_taps(w, position));
      op.y[row * op.columns + c] = static_cast<float>(sum / count);
    }
  }
}

void average_pool_backward(const AveragePoolBackward& op) {
  const Window& w = op.window;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* dy = op.dy + row / w.pixels() * w.positions() * op.columns;
    for (int64_t c = 0; c < op.columns; ++c) {
      double sum = 0;
      for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t) {
        sum += dy[position * op.columns + c] / static_cast<double>(count_taps(w, position));
      });
      op.dx[row * op.columns + c] = static_cast<float>(sum);
    }
  }
}

}  // namespace thalweg::reference
