// Vector lanes of patches. Lanes hold neighbouring channels.
#include "backends/cpu/lanes.h"
#include "core/float_lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

// Most lengths are short, so the last vector is a part of one.
void copy(const float* from, int64_t length, float* to) {
  int64_t i = 0;
  for (; i + kFloats <= length; i += kFloats) store(to + i, load(from + i));
  const int rest = static_cast<int>(length - i);
  if (rest > 0) store_first(to + i, load_first(from + i, rest), rest);
}
void zero(float* to, int64_t length) {
  for (int64_t i = 0; i < length; ++i) to[i] = 0;
}

// Writes the row of taps that begins at column `left` of a row of pixels. The taps of an undilated
// window that lie inside are neighbours in the picture, too.
void copy_taps(const Window& w, const float* pixels, int64_t left, float* to) {
  const int64_t length = w.kernel_width * w.channels;
  if (w.dilation_width == 1 && left >= 0 && left + w.kernel_width <= w.width)
    return copy(pixels + left * w.channels, length, to);
  for (int64_t tap = 0; tap < w.kernel_width; ++tap, to += w.channels) {
    const int64_t x = left + tap * w.dilation_width;
    if (x >= 0 && x < w.width)
      copy(pixels + x * w.channels, w.channels, to);
    else
      zero(to, w.channels);
  }
}

}  // namespace

void lane_patches(const Patches& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  const int64_t length = w.kernel_width * w.channels;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    const int64_t position = row % w.positions();
    float* to = op.patches + row * op.columns;
    for (int64_t tap = 0; tap < w.kernel_height; ++tap, to += length) {
      const int64_t y = pixel_row(w, position / w.out_width, tap);
      if (y < 0 || y >= w.height)
        zero(to, length);
      else
        copy_taps(w, picture + y * w.width * w.channels, pixel_column(w, position % w.out_width, 0),
                  to);
    }
  }
}

void lane_patches_backward(const PatchesBackward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  const int64_t length = w.taps() * w.channels;
  for (int64_t row = first; row < last; ++row) {
    const float* patches = op.dpatches + row / w.pixels() * w.positions() * length;
    float* dx = op.dx + row * op.columns;
    zero(dx, op.columns);
    for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
      const float* from = patches + position * length + tap * w.channels;
      for (int64_t c = 0; c < op.columns; ++c) dx[c] += from[c];
    });
  }
}

}  // namespace thalweg::THALWEG_LANES
