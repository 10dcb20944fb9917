// Group normalisation (Wu and He 2018). An example is a row of x [rows, columns]. It consists of
// positions with one number for each channel, and neighbouring channels form groups. Each group of
// an example gets mean 0 and variance 1 over all positions, then scale and offset, each [channels]
// or null.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Keeps the mean and 1 / sqrt(variance + epsilon) of each group for backward.
struct GroupNormForward {
  const float* x;
  const float* scale;
  const float* offset;
  float* y;
  float* mean;     // [rows, groups]
  float* inverse;  // [rows, groups]
  double* sums;    // scratch [rows, channels]
  int64_t rows, columns, channels, groups;
  double epsilon;
  double* scratch = nullptr;  // for devices (ops/scratch.h)
};
THALWEG_FIELDS(GroupNormForward, x, scale, offset, y, mean, inverse, sums, rows, columns, channels,
               groups, epsilon, scratch)

// Overwrites dx, which may be dy. Also overwrites both sums, from which group_norm_parameters makes
// the parameters' gradients.
struct GroupNormBackward {
  const float* x;
  const float* mean;
  const float* inverse;
  const float* scale;
  const float* dy;
  float* dx;
  double* sums;      // [rows, channels]: sums of dy over the positions
  double* products;  // [rows, channels]: sums of dy times the normalised x
  int64_t rows, columns, channels, groups;
  double* scratch = nullptr;
};
THALWEG_FIELDS(GroupNormBackward, x, mean, inverse, scale, dy, dx, sums, products, rows, columns,
               channels, groups, scratch)

// Overwrites dscale and doffset [columns], each of which may be null. Reads the sums [rows,
// columns] of group_norm_backward, where a column is a channel.
struct GroupNormParameters {
  const double* sums;
  const double* products;
  float* dscale;
  float* doffset;
  int64_t rows, columns;
  double* scratch = nullptr;
};
THALWEG_FIELDS(GroupNormParameters, sums, products, dscale, doffset, rows, columns, scratch)

}  // namespace thalweg
