// Pools: the largest number or the mean below each position of a window, channel by channel. Taps
// outside of the picture do not count.
#pragma once

#include <cstdint>

#include "ops/fields.h"
#include "ops/window.h"

namespace thalweg {

// y [rows, columns] has a row for each position of the window, and a column for each channel. The
// first of equal numbers is chosen, and a NaN before all others. `chosen` gets its tap.
struct MaxPoolForward {
  const float* x;
  float* y;
  int32_t* chosen;  // [rows, columns]
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(MaxPoolForward, x, y, chosen, rows, columns, window)

// Overwrites dx [rows, columns], which has a row for each pixel. The gradients of all windows that
// chose the pixel are added in the order of their positions.
struct MaxPoolBackward {
  const float* dy;
  const int32_t* chosen;
  float* dx;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(MaxPoolBackward, dy, chosen, dx, rows, columns, window)

// y [rows, columns] has a row for each position of the window. It sums in float64, tap after tap.
struct AveragePoolForward {
  const float* x;
  float* y;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(AveragePoolForward, x, y, rows, columns, window)

// Overwrites dx [rows, columns], which has a row for each pixel.
struct AveragePoolBackward {
  const float* dy;
  float* dx;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(AveragePoolBackward, dy, dx, rows, columns, window)

inline namespace THALWEG_LANES {

// Returns true if a pool chooses x before `best`. It has no branch, so that lanes can hold it.
THALWEG_INLINE bool is_chosen(float x, float best) {
  return (x > best) | ((x != x) & (best == best));
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
