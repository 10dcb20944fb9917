// Normalisation by the root mean square (Zhang and Sennrich 2019). Each row of x [rows, columns] is
// divided by sqrt(mean(x^2) + epsilon), then multiplied by scale, which is [columns] or null.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Keeps 1 / sqrt(mean(x^2) + epsilon) of each row for backward.
struct RmsNormForward {
  const float* x;
  const float* scale;
  float* y;
  float* inverse;  // [rows]
  int64_t rows, columns;
  double epsilon;
};
THALWEG_FIELDS(RmsNormForward, x, scale, y, inverse, rows, columns, epsilon)

// rms_norm_parameters overwrites dscale. rms_norm_backward overwrites dx, which may be dy, so it
// runs after rms_norm_parameters.
struct RmsNormBackward {
  const float* x;
  const float* inverse;
  const float* scale;
  const float* dy;
  float* dx;
  float* dscale;
  int64_t rows, columns;
  double* scratch = nullptr;  // for devices (ops/scratch.h)
};
THALWEG_FIELDS(RmsNormBackward, x, inverse, scale, dy, dx, dscale, rows, columns, scratch)

}  // namespace thalweg
