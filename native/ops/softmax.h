// Softmax over the columns of each row: x, y, dy, dx [rows, columns].
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

struct SoftmaxForward {
  const float* x;
  float* y;  // may be x
  int64_t rows, columns;
};
THALWEG_FIELDS(SoftmaxForward, x, y, rows, columns)

// dx = y (dy - sum(y dy)). dx may be dy.
struct SoftmaxBackward {
  const float* y;
  const float* dy;
  float* dx;
  int64_t rows, columns;
};
THALWEG_FIELDS(SoftmaxBackward, y, dy, dx, rows, columns)

}  // namespace thalweg
