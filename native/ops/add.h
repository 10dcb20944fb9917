// The sum of two arrays.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// y = a + b, each [length]. y may be a or b.
struct Add {
  const float* a;
  const float* b;
  float* y;
  int64_t length;
};
THALWEG_FIELDS(Add, a, b, y, length)

}  // namespace thalweg
