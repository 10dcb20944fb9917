// Scalar definitions of the activations, in double.
#pragma once

#include <cmath>

#include "ops/activation.h"

namespace thalweg::reference {

inline double normal_cdf(double x) { return 0.5 * std::erfc(-x * 0.70710678118654752440); }
inline double normal_pdf(double x) { return 0.39894228040143267794 * std::exp(-0.5 * x * x); }
inline double logistic(double x) { return 1 / (1 + std::exp(-x)); }
// tanh form of gelu: x logistic(2 u(x)), u = sqrt(2 / pi) (x + 0.044715 x^3)
inline double gelu_u(double x) { return 0.79788456080286535588 * (x + 0.044715 * x * x * x); }

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
    default:
      return x;
  }
}

// f'(x), from x or, where enough, from y = f(x).
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
    default:
      return 1;
  }
}

}  // namespace thalweg::reference
