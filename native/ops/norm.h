// Normalisation. Batch norm (Ioffe and Szegedy 2015) makes each column of x [rows,
// columns] have mean 0 and variance 1 over the rows; layer norm (Ba, Kiros and
// Hinton 2016) each row over its columns. Then y = normalised * scale + offset, each
// [columns] or null.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Mean and variance, the mean squared distance from the mean, of each column.
struct BatchMoments {
  const float* x;
  float* mean;      // [columns]
  float* variance;  // [columns]
  int64_t rows, columns;
  double* scratch = nullptr;  // as ops/scratch.h says, where a device needs it; as the next
};
THALWEG_FIELDS(BatchMoments, x, mean, variance, rows, columns, scratch)

// With the moments of the batch, or with running ones.
struct BatchNormForward {
  const float* x;
  const float* mean;
  const float* variance;
  const float* scale;
  const float* offset;
  float* y;
  int64_t rows, columns;
  double epsilon;
};
THALWEG_FIELDS(BatchNormForward, x, mean, variance, scale, offset, y, rows, columns, epsilon)

// Overwrites dscale and doffset (or null) and dx, which may be dy. `of_batch`: the
// moments are those of x, and so depend on it.
struct BatchNormBackward {
  const float* x;
  const float* mean;
  const float* variance;
  const float* scale;
  const float* dy;
  float* dx;
  float* dscale;
  float* doffset;
  int64_t rows, columns;
  double epsilon;
  bool of_batch;
  double* scratch = nullptr;
};
THALWEG_FIELDS(BatchNormBackward, x, mean, variance, scale, dy, dx, dscale, doffset, rows, columns,
               epsilon, of_batch, scratch)

// running = momentum * running + (1 - momentum) * batch, in double; the batch's variance
// is multiplied by `correction` first, which makes it an estimate of that of all there
// is.
struct BatchNormUpdate {
  const float* mean;
  const float* variance;
  float* running_mean;
  float* running_variance;
  int64_t columns;
  double momentum;
  double correction;
  const int32_t* halted;  // or null; not 0: nothing is updated
};
THALWEG_FIELDS(BatchNormUpdate, mean, variance, running_mean, running_variance, columns, momentum,
               correction, halted)

// Keeps what backward needs: each row's mean and 1 / sqrt(variance + epsilon).
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

// Overwrites dscale and doffset (or null) and dx, which may be dy.
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
