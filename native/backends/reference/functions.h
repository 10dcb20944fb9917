// Scalar definitions of the activations, in double.
#pragma once

#include <cmath>

#include "ops/activation.h"

namespace thalweg::reference {

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x * 0.70710678118654752440); }
inline double normal_pdf(double x) { return 0.39894228040143267794 * std::exp(-0.5 * x * x); }
inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }
// The tanh form of gelu is x logistic(2 u(x)) with u(x) = sqrt(2 / pi) (x + 0.044715 x^3).
inline double gelu_u(double x) { return 0.79788456080286535588 * (x + 0.044715 * x * x * x); }

inline double softplus(double x) { return std::fmax(x, 0) + std::log1p(std::exp(-std::fabs(x))); }
inline double mish_gate(double x) { return std::tanh(softplus(x)); }
inline constexpr double kSeluScale = 1.0507009873554804934, kSeluAlpha = 1.6732632423543772848;

inline double activate(Activation activation, double slope, double x) {
  switch (activation) {
    case Activation::kRelu:
      return x > 0 || std::isnan(x) ? x : 0;
    case Activation::kLeakyRelu:
      return x > 0 ? x : slope * x;
    case Activation::kSigmoid:
      return logistic(x);
    case Activation::kTanh:
      return std::tanh(x);
    case Activation::kGelu:
      return x * normal_cdf(x);
    case Activation::kGeluTanh:
      return x * logistic(2 * gelu_u(x));
    case Activation::kSilu:
      return x * logistic(x);
    case Activation::kElu:
      return x > 0 ? x : slope * std::expm1(x);
    case Activation::kSelu:
      return kSeluScale * (x > 0 ? x : kSeluAlpha * std::expm1(x));
    case Activation::kSoftplus:
      return std::isnan(x) ? x : softplus(x);
    case Activation::kHardSwish:
      return x <= -3 ? 0 : x >= 3 ? x : x * (x + 3) / 6;
    case Activation::kMish:
      return x * mish_gate(x);
    default:
      return x;
  }
}

// Returns f'(x), from y = f(x) where y is enough, and from x elsewhere.
inline double derivative(Activation activation, double slope, double x, double y) {
  switch (activation) {
    case Activation::kRelu:
      return y > 0 ? 1 : 0;
    case Activation::kLeakyRelu:
      return y > 0 ? 1 : slope;
    case Activation::kSigmoid:
      return y * (1 - y);
    case Activation::kTanh:
      return 1 - y * y;
    case Activation::kGelu:
      return normal_cdf(x) + x * normal_pdf(x);
    case Activation::kGeluTanh: {
      const double s = logistic(2 * gelu_u(x));
      const double du = 0.79788456080286535588 * (1 + 3 * 0.044715 * x * x);
      return s + x * s * (1 - s) * 2 * du;
    }
    case Activation::kSilu:
      return logistic(x) * (1 + x * logistic(-x));
    case Activation::kElu:
      return y > 0 ? 1 : y + slope;
    case Activation::kSelu:
      return y > 0 ? kSeluScale : y + kSeluScale * kSeluAlpha;
    case Activation::kSoftplus:
      return -std::expm1(-y);
    case Activation::kHardSwish:
      return x <= -3 ? 0 : x >= 3 ? 1 : (2 * x + 3) / 6;
    case Activation::kMish: {
      const double gate = mish_gate(x);
      return gate + x * (1 - gate * gate) * logistic(x);
    }
    default:
      return 1;
  }
}

}  // namespace thalweg::reference
