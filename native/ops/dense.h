// The fully connected layer, row-major: x [rows, inputs], weight [inputs,
// outputs], bias [outputs], y [rows, outputs].
#pragma once

#include <cstdint>

#include "ops/activation.h"
#include "ops/fields.h"

namespace thalweg {

// y = f(x weight + bias). bias may be null. If the derivative does not follow from y, the op writes
// the values before f to `before` [rows, outputs].
struct DenseForward {
  const float* x;
  const float* weight;
  const float* bias;
  float* y;
  float* before;
  int64_t rows, inputs, outputs;
  Activation activation;
  float slope;
};
THALWEG_FIELDS(DenseForward, x, weight, bias, y, before, rows, inputs, outputs, activation, slope)

// Overwrites dweight, dbias and dx, each of which may be null. Adds to dweight if `adds` is true.
// Replaces dy [rows, outputs] by the gradient of the values before f. dx may be x.
struct DenseBackward {
  const float* x;
  const float* weight;
  const float* y;
  const float* before;
  float* dy;
  float* dweight;
  float* dbias;
  float* dx;
  int64_t rows, inputs, outputs;
  Activation activation;
  float slope;
  bool adds = false;
  double* scratch = nullptr;  // for devices (ops/scratch.h)
};
THALWEG_FIELDS(DenseBackward, x, weight, y, before, dy, dweight, dbias, dx, rows, inputs, outputs,
               activation, slope, adds, scratch)

}  // namespace thalweg
