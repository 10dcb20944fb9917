#include "backends/reference/ops.h"

namespace thalweg::reference {

void patches(const Patches& op) {
  const Window& w = op.window;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    float* patch = op.patches + row * op.columns;
    for (int64_t i = 0; i < op.columns; ++i) patch[i] = 0;
    for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
      for (int64_t c = 0; c < w.channels; ++c)
        patch[tap * w.channels + c] = picture[pixel * w.channels + c];
    });
  }
}

void patches_backward(const PatchesBackward& op) {
  const Window& w = op.window;
  const int64_t length = w.taps() * w.channels;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* patches = op.dpatches + row / w.pixels() * w.positions() * length;
    for (int64_t c = 0; c < op.columns; ++c) {
      double sum = 0;
      for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
        sum += patches[position * length + tap * w.channels + c];
      });
      op.dx[row * op.columns + c] = static_cast<float>(sum);
    }
  }
}

}  // namespace thalweg::reference
