// Normalisation by the root mean square (Zhang and Sennrich 2019): each row of x [rows, columns] is
// divided by sqrt(mean(x^2) + epsilon), then multiplied by scale [columns] or null.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Keeps what backward needs: 1 / sqrt(mean(x^2) + epsilon) of each row.
struct RmsNormForward {
  const float* x;
  const float* scale;
  float* y;
  float* inverse;  // [rows]
  int64_t rows, columns;
  double epsilon;
};
THALWEG_FIELDS(RmsNormForward, x, scale, y, inverse, rows, columns, epsilon)

// rms_norm_parameters overwrites dscale, rms_norm_backward dx, which may be dy: the parameters
// come first.
struct RmsNormBackward {
  const float* x;
  const float* inverse;
  const float* scale;
  const float* dy;
  float* dx;
  float* dscale;
  int64_t rows, columns;
  double* scratch = nullptr;  // as ops/scratch.h says, where a device needs it
};
THALWEG_FIELDS(RmsNormBackward, x, inverse, scale, dy, dx, dscale, rows, columns, scratch)

}  // namespace thalweg
