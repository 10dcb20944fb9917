// Batch normalisation (Ioffe and Szegedy 2015). It gives each column of x [rows, columns] mean 0
// and variance 1 over the rows. Then y = normalised * scale + offset, where scale and offset are
// [columns] or null.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Computes the mean and the variance of each column. The variance is the mean squared distance from
// the mean.
struct BatchMoments {
  const float* x;
  float* mean;      // [columns]
  float* variance;  // [columns]
  int64_t rows, columns;
  double* scratch = nullptr;  // for devices (ops/scratch.h)
};
THALWEG_FIELDS(BatchMoments, x, mean, variance, rows, columns, scratch)

// The moments are those of the batch, or running moments.
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

// Overwrites dx, which may be dy, and dscale and doffset, which may be null. If `of_batch` is true,
// the moments depend on x, and dx includes this dependence.
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

// running = momentum * running + (1 - momentum) * batch, in double. The batch's variance is
// multiplied by `correction` first, which can make it an unbiased estimate.
struct BatchNormUpdate {
  const float* mean;
  const float* variance;
  float* running_mean;
  float* running_variance;
  int64_t columns;
  double momentum;
  double correction;
  const int32_t* halted;  // may be null; nothing is updated if *halted is not 0
};
THALWEG_FIELDS(BatchNormUpdate, mean, variance, running_mean, running_variance, columns, momentum,
               correction, halted)

}  // namespace thalweg
