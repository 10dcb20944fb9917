// The activations and their derivatives in float32, the same on every processor.
#pragma once

#include "ops/activation.h"
#include "ops/functions.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// gelu's tanh form is x logistic(v), v = 2 sqrt(2 / pi) (x + 0.044715 x^3).
inline constexpr float kGeluScale = 1.59576912f;
inline constexpr float kGeluCube = 0.044715f;

THALWEG_INLINE float gelu_argument(float x) { return kGeluScale * (x + kGeluCube * (x * x * x)); }

template <Activation kActivation>
THALWEG_INLINE float activate(float x, float slope) {
  switch (kActivation) {
    case Activation::kRelu:
      return x <= 0.0f ? 0.0f : x;  // NaN stays
    case Activation::kLeakyRelu:
      return x > 0.0f ? x : slope * x;
    case Activation::kSigmoid:
      return logistic(x);
    case Activation::kTanh:
      return hyperbolic_tangent(x);
    case Activation::kGelu:
      return x * normal(x).cumulative;
    case Activation::kGeluTanh:
      return x * logistic(gelu_argument(x));
    default:
      return x;
  }
}

// f'(x); where derivative_from_output, from y = f(x) alone. Far from 0 both gelus
// are straight to the last bit: clamping keeps infinity out of products with 0.
template <Activation kActivation>
THALWEG_INLINE float derivative(float x, float y, float slope) {
  switch (kActivation) {
    case Activation::kRelu:
      return y > 0.0f ? 1.0f : 0.0f;
    case Activation::kLeakyRelu:
      return y > 0.0f ? 1.0f : slope;
    case Activation::kSigmoid:
      return y * (1.0f - y);
    case Activation::kTanh:
      return 1.0f - y * y;
    case Activation::kGelu: {
      const Normal at = normal(x);
      return at.cumulative + clamp(x, 32.0f) * at.density;
    }
    case Activation::kGeluTanh: {
      const float near = clamp(x, 32.0f), s = logistic(gelu_argument(near));
      const float inner = kGeluScale * (1.0f + 3.0f * kGeluCube * (near * near));
      return s + near * (s * (1.0f - s) * inner);
    }
    default:
      return 1.0f;
  }
}

// Calls body(constant) with the activation as a compile-time constant.
template <Activation kActivation>
struct ActivationConstant {
  static constexpr Activation kValue = kActivation;
};

template <class Body>
THALWEG_INLINE void with_activation(Activation activation, Body body) {
  switch (activation) {
#define THALWEG_ACTIVATION(enumerator, name, from_output) \
  case Activation::enumerator:                            \
    return body(ActivationConstant<Activation::enumerator>{});
#include "ops/activation.def"
#undef THALWEG_ACTIVATION
  }
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
