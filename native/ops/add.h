// The sum of two arrays.
#pragma once

#include <cstdint>

namespace thalweg {

// y = a + b, each [length]; y may be a or b.
struct Add {
  const float* a;
  const float* b;
  float* y;
  int64_t length;
};

}  // namespace thalweg
