// Matrix products behind the dense layers.
#pragma once

#include <cstdint>

#include "ops/activation.h"

namespace thalweg {

// c [m, n] = f(a' b' + bias), row-major. a is [m, k], or [k, m] where transpose_a;
// b is [k, n], or [n, k] where transpose_b; bias [n] or null. c overlaps nothing.
struct Product {
  const float* a;
  const float* b;
  float* c;
  int64_t m, n, k;
  bool transpose_a = false;
  bool transpose_b = false;
  const float* bias = nullptr;
  Activation activation = Activation::kNone;
  float slope = 0;
};

}  // namespace thalweg
