// Depthwise convolutions: each channel has filters of its own. There are columns / channels filters
// for each, and filter f sees channel f / (columns / channels) alone.
#pragma once

#include <cstdint>

#include "ops/fields.h"
#include "ops/window.h"

namespace thalweg {

// y [rows, columns] has a row for each position of the window, and a column for each filter. weight
// is [taps, columns], and bias [columns] may be null. A sum is one chain of fused multiply-adds
// over the taps inside of the picture; then comes the bias.
struct DepthwiseForward {
  const float* x;
  const float* weight;
  const float* bias;
  float* y;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(DepthwiseForward, x, weight, bias, y, rows, columns, window)

// Overwrites dx [rows, columns], which has a row for each pixel and a column for each channel. A
// sum is one chain over the windows that the pixel lies in, in the order of their positions, and
// over the channel's filters in each.
struct DepthwiseBackward {
  const float* dy;
  const float* weight;
  float* dx;
  int64_t rows, columns, filters;
  Window window;
};
THALWEG_FIELDS(DepthwiseBackward, dy, weight, dx, rows, columns, filters, window)

// Overwrites dweight [columns], where a column is a tap and a filter of it. A row is a row of
// positions of a picture. It adds up one chain over its positions inside, and the rows are then
// added as a column (core/fold.h).
struct DepthwiseWeights {
  const float* x;
  const float* dy;
  float* dweight;
  int64_t rows, columns;
  Window window;
  double* scratch = nullptr;  // for devices (ops/scratch.h)
};
THALWEG_FIELDS(DepthwiseWeights, x, dy, dweight, rows, columns, window, scratch)

inline namespace THALWEG_LANES {

// The part of a row of positions where a tap lies inside of the picture.
struct TapRow {
  int64_t pixel;     // the pixel below position 0, which may lie outside
  int64_t position;  // position 0 of the row, in all pictures
  Range inside;      // the positions along the row whose tap lies inside
};

// Returns the part of row `row` of positions of all pictures for a tap.
THALWEG_INLINE TapRow tap_row(const Window& w, int64_t row, int64_t tap) {
  const int64_t out_row = row % w.out_height;
  const int64_t y = pixel_row(w, out_row, tap / w.kernel_width);
  const int64_t x = pixel_column(w, 0, tap % w.kernel_width);
  const bool is_inside = y >= 0 && y < w.height;
  const int64_t pixel = row / w.out_height * w.pixels() + y * w.width + x;
  if (!is_inside) return {pixel, row * w.out_width, {0, 0}};
  return {pixel, row * w.out_width, taps_inside(x, w.stride_width, w.out_width, w.width)};
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
