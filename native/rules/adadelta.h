// AdaDelta: Zeiler 2012.
//   E = rho E + (1 - rho) g^2;  u = g sqrt(D + epsilon) / sqrt(E + epsilon)
//   D = rho D + (1 - rho) u^2;  w -= rate u
// TensorFlow.js divides by E from before the step.
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
  THALWEG_INLINE static float update(const Coefficients& c, float g, float w, float* slot,
                                     float divisor) {
    const float u = g * root((slot[1] + c.epsilon) / (divisor + c.epsilon));
    slot[1] = c.decay * slot[1] + c.rest * (u * u);
    return w - c.rate * u;
  }
};

struct Adadelta : AdadeltaBase {
  static constexpr const char* kName = "adadelta";
  THALWEG_INLINE static float apply(const Coefficients& c, float g, float w, float* slot) {
    slot[0] = c.decay * slot[0] + c.rest * (g * g);
    return update(c, g, w, slot, slot[0]);
  }
};

struct AdadeltaTfjs : AdadeltaBase {
  static constexpr const char* kName = "adadeltaTfjs";
  THALWEG_INLINE static float apply(const Coefficients& c, float g, float w, float* slot) {
    const float before = slot[0];
    slot[0] = c.decay * slot[0] + c.rest * (g * g);
    return update(c, g, w, slot, before);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
