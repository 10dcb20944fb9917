// AdaGrad: Duchi, Hazan and Singer, JMLR 2011.
//   c += g^2;  w -= rate g / (sqrt(c) + epsilon)
// The slot holds c minus the initial accumulator, so that it starts at 0.
// TensorFlow.js puts epsilon inside the root.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct AdagradCoefficients {
  float rate, epsilon, initial;
};

struct AdagradBase {
  static constexpr auto kHyper = names("learningRate", "epsilon", "initialAccumulator");
  static constexpr auto kSlots = names("squareSum");
  static constexpr auto kScalars = names();
  using Coefficients = AdagradCoefficients;

  static Coefficients coefficients(const double* hyper, int64_t, double*) {
    return {static_cast<float>(hyper[0]), static_cast<float>(hyper[1]),
            static_cast<float>(hyper[2])};
  }
};

struct Adagrad : AdagradBase {
  static constexpr const char* kName = "adagrad";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = slot[0] + square(g);
    return w - c.rate * g / (root(slot[0] + c.initial) + c.epsilon);
  }
};

struct AdagradTfjs : AdagradBase {
  static constexpr const char* kName = "adagradTfjs";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = slot[0] + square(g);
    return w - c.rate * g / root(slot[0] + c.initial + c.epsilon);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
