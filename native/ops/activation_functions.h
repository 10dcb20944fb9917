// The activations and their derivatives in float32, with the same bits on every processor.
#pragma once

#include "ops/activation.h"
#include "ops/functions.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// gelu's tanh form is x logistic(v), v = 2 sqrt(2 / pi) (x + 0.044715 x^3).
inline constexpr float kGeluScale = 1.59576912f;
inline constexpr float kGeluCube = 0.044715f;

THALWEG_INLINE float gelu_argument(float x) { return kGeluScale * (x + kGeluCube * (x * x * x)); }

// Klambauer et al. 2017: lambda, and lambda alpha.
inline constexpr float kSeluScale = 1.05070099f;
inline constexpr float kSeluBelow = 1.75809934f;

// `below` is 1 / (1 + e^-x), and `above` is 1 - below. Both have full precision near 0.
struct LogisticPair {
  float below;
  float above;
};

THALWEG_INLINE LogisticPair logistic_pair(float x) {
  const float e = exponential(-__builtin_fabsf(x)), sum = 1.0f + e;
  return {(x < 0.0f ? e : 1.0f) / sum, (x < 0.0f ? 1.0f : e) / sum};
}

// `below` is tanh(ln(1 + e^x)) = n / (n + 2) with n = e^x (e^x + 2), and `above` is 1 - below.
THALWEG_INLINE LogisticPair mish_gate(float x) {
  const float e = exponential(-__builtin_fabsf(x));
  const float n = x < 0.0f ? e * (e + 2.0f) : 1.0f + 2.0f * e;  // x > 0: divided by e^2x
  const float two = x < 0.0f ? 2.0f : 2.0f * (e * e);
  return {n / (n + two), two / (n + two)};
}

template <Activation kActivation>
THALWEG_INLINE float activate(float x, float slope) {
  switch (kActivation) {
    case Activation::kRelu:
      return x <= 0.0f ? 0.0f : x;  // NaN stays NaN
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
    case Activation::kSilu:
      return x * logistic(x);
    case Activation::kElu:
      return x > 0.0f ? x : slope * exponential_less_one(x);
    case Activation::kSelu:
      return x > 0.0f ? kSeluScale * x : kSeluBelow * exponential_less_one(x);
    case Activation::kSoftplus:
      return (x > 0.0f ? x : 0.0f) + log_one_plus(exponential(-__builtin_fabsf(x)));
    case Activation::kHardSwish: {
      const float inner = x * (x + 3.0f) / 6.0f;
      return x <= -3.0f ? 0.0f : x >= 3.0f ? x : inner;
    }
    case Activation::kMish:
      return x * mish_gate(x).below;
    default:
      return x;
  }
}

// Returns f'(x), from y = f(x) alone if derivative_from_output(kActivation). Far from 0 gelu, silu
// and mish are linear to the last bit. The clamps there keep infinity out of products with 0.
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
    case Activation::kSilu: {
      const LogisticPair at = logistic_pair(x);
      return at.below + clamp(x, 128.0f) * (at.below * at.above);
    }
    case Activation::kElu:
      return y > 0.0f ? 1.0f : y + slope;
    case Activation::kSelu:
      return y > 0.0f ? kSeluScale : y + kSeluBelow;
    case Activation::kSoftplus:
      return -exponential_less_one(-y);
    case Activation::kHardSwish: {
      const float inner = (2.0f * x + 3.0f) / 6.0f;
      return x <= -3.0f ? 0.0f : x >= 3.0f ? 1.0f : inner;
    }
    case Activation::kMish: {
      const LogisticPair gate = mish_gate(x);
      const float bend =
          gate.above * (1.0f + gate.below) * logistic(x);  // 1 - gate^2 = (1 - gate)(1 + gate)
      return gate.below + clamp(x, 128.0f) * bend;
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
