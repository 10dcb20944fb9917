// The matrix products of dense layers.
#pragma once

#include <cstdint>

#include "ops/activation.h"
#include "ops/dense.h"

namespace thalweg {

// Sums over rows of a batch go in chunks of this many rows.
inline constexpr int64_t kSummedRows = 256;

// c [m, n] = f(op(a) op(b) + bias), row-major, where op transposes or not. a is [m, k], or [k, m]
// with transpose_a. b is [k, n], or [n, k] with transpose_b. bias is [n] or null. c overlaps no
// operand. docs/numerics.md says in which order the sums run.
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
  bool adds = false;  // c gets the sum of itself and the product; only with transpose_a
};

// Returns the product that computes a dense layer's outputs. Where the layer keeps the values
// before its activation, the product computes those, and the caller applies the activation.
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

// These two return the products of a dense layer's gradients. op.dy must already be the gradient
// before the activation.
inline Product weight_gradient(const DenseBackward& op) {
  return {.a = op.x,
          .b = op.dy,
          .c = op.dweight,
          .m = op.inputs,
          .n = op.outputs,
          .k = op.rows,
          .transpose_a = true,
          .adds = op.adds};
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
