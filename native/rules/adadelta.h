// AdaDelta: Zeiler 2012.
//   E = rho E + (1 - rho) g^2;  u = g sqrt(D + epsilon) / sqrt(E + epsilon)
//   D = rho D + (1 - rho) u^2;  w -= rate u
// TensorFlow.js divides by the E of the step before.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct AdadeltaCoefficients {
  float rate, decay, rest, epsilon;
};

struct AdadeltaBase {
  static constexpr auto kHyper = names("learningRate", "decay", "epsilon");
  static constexpr auto kSlots = names("meanSquareGradient", "meanSquareUpdate");
  static constexpr auto kScalars = names();
  using Coefficients = AdadeltaCoefficients;

  static Coefficients coefficients(const double* hyper, int64_t, double*) {
    return {static_cast<float>(hyper[0]), static_cast<float>(hyper[1]),
            static_cast<float>(1 - hyper[1]), static_cast<float>(hyper[2])};
  }
  // Returns u, where `divisor` is E.
  template <class Number>
  THALWEG_INLINE static Number direction(const Coefficients& c, Number g, const Number* slot,
                                         Number divisor) {
    return g * root((slot[1] + c.epsilon) / (divisor + c.epsilon));
  }
  template <class Number>
  THALWEG_INLINE static Number update(const Coefficients& c, Number u, Number w, Number* slot) {
    slot[1] = c.decay * slot[1] + c.rest * square(u);
    return w - c.rate * u;
  }
};

struct Adadelta : AdadeltaBase {
  static constexpr const char* kName = "adadelta";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.decay * slot[0] + c.rest * square(g);
    const Number u = direction(c, g, slot, slot[0]);
    // The limit follows from (1 - rho) g^2 <= E, which only an underflow of g^2 can break.
    const Number share = 1.0f / c.rest + 0x1p-120f / c.epsilon;
    return update(c, at_most(u, root((slot[1] + c.epsilon) * share)), w, slot);
  }
};

struct AdadeltaTfjs : AdadeltaBase {
  static constexpr const char* kName = "adadeltaTfjs";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    const Number before = slot[0];
    slot[0] = c.decay * slot[0] + c.rest * square(g);
    return update(c, direction(c, g, slot, before), w, slot);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
