// Dropout. Element i is kept if word i of the stream's blocks (core/random_block.h), as a float in
// [0, 1), is at least `rate`. No mask is stored: backward is the same op on the gradient.
#pragma once

#include <cstdint>

#include "core/random_block.h"
#include "ops/fields.h"

namespace thalweg {

// The values that change from step to step.
struct alignas(16) DropoutDraw {
  RandomStream stream;
  float rate;
  float scale;
};

// y = kept ? x * scale : 0, with scale = 1 / (1 - rate). y may be x.
struct Dropout {
  const DropoutDraw* draw;  // in the device's memory
  const float* x;
  float* y;
  int64_t length;
};
THALWEG_FIELDS(Dropout, draw, x, y, length)

}  // namespace thalweg
