// Matrix products behind the dense layers.
#pragma once

#include <cstdint>

#include "ops/activation.h"
#include "ops/dense.h"

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

// Of a dense layer: its outputs, or what its activation takes where that is kept.
inline Product forward_product(const DenseForward& op) {
  const bool apart = op.before != nullptr;
  return {.a = op.x,
          .b = op.weight,
          .c = apart ? op.before : op.y,
          .m = op.rows,
          .n = op.outputs,
          .k = op.inputs,
          .bias = op.bias,
          .activation = apart ? Activation::kNone : op.activation,
          .slope = op.slope};
}

// Its gradients, once dy is that of what the activation takes.
inline Product weight_gradient(const DenseBackward& op) {
  return {.a = op.x,
          .b = op.dy,
          .c = op.dweight,
          .m = op.inputs,
          .n = op.outputs,
          .k = op.rows,
          .transpose_a = true};
}
inline Product input_gradient(const DenseBackward& op) {
  return {.a = op.dy,
          .b = op.weight,
          .c = op.dx,
          .m = op.rows,
          .n = op.inputs,
          .k = op.outputs,
          .transpose_b = true};
}

}  // namespace thalweg
