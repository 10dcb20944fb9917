// Group normalisation (Wu and He 2018). An example is a row of x [rows, columns]; its numbers are
// positions of so many channels, which form groups of neighbours. Each group of an example gets
// mean 0 and variance 1 over all its positions, then scale and offset, each [channels] or null.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Keeps what backward needs: mean and 1 / sqrt(variance + epsilon) of each group.
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
  double* scratch = nullptr;  // as ops/scratch.h says, where a device needs it; as the next
};
THALWEG_FIELDS(GroupNormForward, x, scale, offset, y, mean, inverse, sums, rows, columns, channels,
               groups, epsilon, scratch)

// Overwrites dx, which may be dy, and the sums that the parameters' gradients are made of.
struct GroupNormBackward {
  const float* x;
  const float* mean;
  const float* inverse;
  const float* scale;
  const float* dy;
  float* dx;
  double* sums;      // [rows, channels]: of dy over the positions
  double* products;  // [rows, channels]: of dy and the normalised x
  int64_t rows, columns, channels, groups;
  double* scratch = nullptr;
};
THALWEG_FIELDS(GroupNormBackward, x, mean, inverse, scale, dy, dx, sums, products, rows, columns,
               channels, groups, scratch)

// Overwrites dscale and doffset [columns] (or null) with what backward left: [rows, columns], of
// which the columns are channels.
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
