// A window that slides over pictures, as convolutions and pools do.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace thalweg {

// A picture is [height, width, channels]. The window has taps [kernel_height, kernel_width] and
// stops at positions [out_height, out_width]. Taps may lie outside of the picture.
struct Window {
  int64_t height, width, channels;
  int64_t out_height, out_width;
  int64_t kernel_height, kernel_width;
  int64_t stride_height, stride_width;
  int64_t dilation_height, dilation_width;
  int64_t top, left;  // how far the first window begins outside of the picture

  THALWEG_DEVICE int64_t pixels() const { return height * width; }
  THALWEG_DEVICE int64_t positions() const { return out_height * out_width; }
  THALWEG_DEVICE int64_t taps() const { return kernel_height * kernel_width; }
};

inline namespace THALWEG_LANES {

// Returns the pixel of a row or a column below a tap; it may lie outside of the picture.
THALWEG_INLINE int64_t pixel_row(const Window& w, int64_t out, int64_t tap) {
  return out * w.stride_height - w.top + tap * w.dilation_height;
}
THALWEG_INLINE int64_t pixel_column(const Window& w, int64_t out, int64_t tap) {
  return out * w.stride_width - w.left + tap * w.dilation_width;
}

// Returns the position whose window has a tap `distance` after its begin, or -1 if there is none.
THALWEG_INLINE int64_t position_at(int64_t distance, int64_t stride, int64_t positions) {
  if (distance < 0) return -1;
  // Extents are below 2^31, and a division of 32 bits is several times as fast.
  const int64_t position =
      stride == 1 ? distance : static_cast<uint32_t>(distance) / static_cast<uint32_t>(stride);
  return position < positions && position * stride == distance ? position : -1;
}

// Calls body(pixel, tap) for the taps of a window inside of the picture, in their order.
template <class Body>
THALWEG_INLINE void for_each_tap(const Window& w, int64_t position, Body body) {
  const int64_t row = position / w.out_width, column = position % w.out_width;
  for (int64_t y = 0; y < w.kernel_height; ++y) {
    const int64_t pixel_y = pixel_row(w, row, y);
    if (pixel_y < 0 || pixel_y >= w.height) continue;
    for (int64_t x = 0; x < w.kernel_width; ++x) {
      const int64_t pixel_x = pixel_column(w, column, x);
      if (pixel_x < 0 || pixel_x >= w.width) continue;
      body(pixel_y * w.width + pixel_x, y * w.kernel_width + x);
    }
  }
}

// Calls body(position, tap) for the windows that a pixel lies in, in the order of positions.
template <class Body>
THALWEG_INLINE void for_each_window(const Window& w, int64_t pixel, Body body) {
  const int64_t pixel_y = pixel / w.width + w.top, pixel_x = pixel % w.width + w.left;
  for (int64_t y = w.kernel_height - 1; y >= 0; --y) {
    const int64_t row = position_at(pixel_y - y * w.dilation_height, w.stride_height, w.out_height);
    if (row < 0) continue;
    for (int64_t x = w.kernel_width - 1; x >= 0; --x) {
      const int64_t column =
          position_at(pixel_x - x * w.dilation_width, w.stride_width, w.out_width);
      if (column >= 0) body(row * w.out_width + column, y * w.kernel_width + x);
    }
  }
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
