// Layer normalisation (Ba, Kiros and Hinton 2016). It gives each row of x [rows, columns] mean 0
// and variance 1 over its columns. Then y = normalised * scale + offset, where scale and offset are
// [columns] or null.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Keeps the mean and 1 / sqrt(variance + epsilon) of each row for backward.
struct LayerNormForward {
  const float* x;
  const float* scale;
  const float* offset;
  float* y;
  float* mean;     // [rows]
  float* inverse;  // [rows]
  int64_t rows, columns;
  double epsilon;
};
THALWEG_FIELDS(LayerNormForward, x, scale, offset, y, mean, inverse, rows, columns, epsilon)

// Overwrites dx, which may be dy, and dscale and doffset, which may be null.
struct LayerNormBackward {
  const float* x;
  const float* mean;
  const float* inverse;
  const float* scale;
  const float* dy;
  float* dx;
  float* dscale;
  float* doffset;
  int64_t rows, columns;
  double* scratch = nullptr;
};
THALWEG_FIELDS(LayerNormBackward, x, mean, inverse, scale, dy, dx, dscale, doffset, rows, columns,
               scratch)

}  // namespace thalweg
