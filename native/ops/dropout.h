// Dropout by counted randomness: element i is kept exactly if word i of the
// stream's blocks, as a float in [0, 1), is at least `rate`. Nothing is stored:
// backward is the same op on the gradient.
#pragma once

#include <cstdint>

#include "core/random_block.h"

namespace thalweg {

// y = kept ? x * scale : 0, scale = 1 / (1 - rate). y may be x.
struct Dropout {
  const RandomStream* stream;  // in the device's memory
  float rate;
  float scale;
  const float* x;
  float* y;
  int64_t length;
};

}  // namespace thalweg
