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

// A range of taps or positions.
struct Range {
  int64_t first, last;  // last is the one after
};

// Divides numbers below 2^32. This is several times as fast as a division of 64 bits.
THALWEG_INLINE int64_t quotient(int64_t a, int64_t b) {
  return b == 1 ? a : static_cast<uint32_t>(a) / static_cast<uint32_t>(b);
}

// Returns the taps of a row or a column inside of the picture. The first tap lies at `begin`.
THALWEG_INLINE Range taps_inside(int64_t begin, int64_t dilation, int64_t taps, int64_t extent) {
  const int64_t first = begin < 0 ? quotient(dilation - 1 - begin, dilation) : 0;
  const int64_t last = begin < extent ? quotient(extent - begin + dilation - 1, dilation) : 0;
  return {first, last < taps ? last : taps};
}

// Calls body(pixel, tap) for the taps of a window inside of the picture, in their order.
template <class Body>
THALWEG_INLINE void for_each_tap(const Window& w, int64_t position, Body body) {
  const int64_t top = pixel_row(w, position / w.out_width, 0);
  const int64_t left = pixel_column(w, position % w.out_width, 0);
  const Range rows = taps_inside(top, w.dilation_height, w.kernel_height, w.height);
  const Range columns = taps_inside(left, w.dilation_width, w.kernel_width, w.width);
  for (int64_t y = rows.first; y < rows.last; ++y)
    for (int64_t x = columns.first; x < columns.last; ++x)
      body((top + y * w.dilation_height) * w.width + left + x * w.dilation_width,
           y * w.kernel_width + x);
}

// Returns the number of taps of a window inside of the picture.
THALWEG_INLINE int64_t count_taps(const Window& w, int64_t position) {
  const Range rows = taps_inside(pixel_row(w, position / w.out_width, 0), w.dilation_height,
                                 w.kernel_height, w.height);
  const Range columns = taps_inside(pixel_column(w, position % w.out_width, 0), w.dilation_width,
                                    w.kernel_width, w.width);
  return (rows.last - rows.first) * (columns.last - columns.first);
}

// Calls body(position, tap) for the positions along one axis whose taps meet a pixel, in their
// order. `pixel` counts from the begin of the border.
template <class Body>
THALWEG_INLINE void for_each_meeting(int64_t pixel, int64_t stride, int64_t dilation, int64_t taps,
                                     int64_t positions, Body body) {
  const int64_t span = (taps - 1) * dilation;
  const int64_t first = pixel > span ? quotient(pixel - span + stride - 1, stride) : 0;
  const int64_t end = quotient(pixel, stride) + 1;
  for (int64_t position = first; position < (end < positions ? end : positions); ++position) {
    const int64_t distance = pixel - position * stride, tap = quotient(distance, dilation);
    if (tap * dilation == distance) body(position, tap);
  }
}

// Calls body(position, tap) for the windows that a pixel lies in, in the order of positions.
template <class Body>
THALWEG_INLINE void for_each_window(const Window& w, int64_t pixel, Body body) {
  const int64_t y = pixel / w.width + w.top, x = pixel % w.width + w.left;
  for_each_meeting(y, w.stride_height, w.dilation_height, w.kernel_height, w.out_height,
                   [&](int64_t row, int64_t tap_y) {
                     for_each_meeting(x, w.stride_width, w.dilation_width, w.kernel_width,
                                      w.out_width, [&](int64_t column, int64_t tap_x) {
                                        body(row * w.out_width + column,
                                             tap_y * w.kernel_width + tap_x);
                                      });
                   });
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
