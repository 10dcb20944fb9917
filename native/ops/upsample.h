// Pictures made larger by repeating each pixel. The window has the large picture below it, and one
// position for each small pixel; its taps cover the copies of that pixel.
#pragma once

#include <cstdint>

#include "ops/fields.h"
#include "ops/window.h"

namespace thalweg {

// y [rows, columns] has a row for each large pixel, and a column for each channel.
struct UpsampleForward {
  const float* x;
  float* y;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(UpsampleForward, x, y, rows, columns, window)

// Overwrites dx [rows, columns], which has a row for each small pixel. It sums the gradients of the
// copies in float64, tap after tap.
struct UpsampleBackward {
  const float* dy;
  float* dx;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(UpsampleBackward, dy, dx, rows, columns, window)

}  // namespace thalweg
