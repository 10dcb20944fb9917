#include "backends/reference/ops.h"

namespace thalweg::reference {

void upsample_forward(const UpsampleForward& op) {
  const Window& w = op.window;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* x = op.x + row / w.pixels() * w.positions() * op.columns;
    for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t) {
      for (int64_t c = 0; c < op.columns; ++c)
        op.y[row * op.columns + c] = x[position * op.columns + c];
    });
  }
}

void upsample_backward(const UpsampleBackward& op) {
  const Window& w = op.window;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* dy = op.dy + row / w.positions() * w.pixels() * op.columns;
    for (int64_t c = 0; c < op.columns; ++c) {
      double sum = 0;
      for_each_tap(w, row % w.positions(),
                   [&](int64_t pixel, int64_t) { sum += dy[pixel * op.columns + c]; });
      op.dx[row * op.columns + c] = static_cast<float>(sum);
    }
  }
}

}  // namespace thalweg::reference
