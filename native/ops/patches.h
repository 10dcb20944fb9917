// The patches that a window sees: what turns a convolution into a matrix product.
#pragma once

#include <cstdint>

#include "ops/fields.h"
#include "ops/window.h"

namespace thalweg {

// Writes patches [rows, columns] of the pictures x. A row is a position of the window in a picture,
// and has the channels of each tap; taps outside of the picture are 0.
struct Patches {
  const float* x;
  float* patches;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(Patches, x, patches, rows, columns, window)

// Overwrites dx [rows, columns]. A row is a pixel of a picture, a column is a channel. It sums the
// gradients of the patches that show the pixel, in the order of their positions.
struct PatchesBackward {
  const float* dpatches;
  float* dx;
  int64_t rows, columns;
  Window window;
};
THALWEG_FIELDS(PatchesBackward, dpatches, dx, rows, columns, window)

}  // namespace thalweg
