// Momentum (Polyak 1964) in three forms, and Nesterov's (Sutskever et al. 2013).
//   heavy ball    v = mu v + g;            w -= rate v
//   displacement  v = mu v - rate g;       w += v
//   averaged      v = mu v + (1 - mu) g;   w -= rate v
//   nesterov      v = mu v + g;            w -= rate (g + mu v)
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct MomentumCoefficients {
  float rate, momentum, rest;
};

struct MomentumBase {
  static constexpr auto kHyper = names("learningRate", "momentum");
  static constexpr auto kSlots = names("velocity");
  static constexpr auto kScalars = names();
  using Coefficients = MomentumCoefficients;

  static Coefficients coefficients(const double* hyper, int64_t, double*) {
    return {static_cast<float>(hyper[0]), static_cast<float>(hyper[1]),
            static_cast<float>(1 - hyper[1])};
  }
};

struct Momentum : MomentumBase {
  static constexpr const char* kName = "momentum";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.momentum * slot[0] + g;
    return w - c.rate * slot[0];
  }
};

struct MomentumDisplacement : MomentumBase {
  static constexpr const char* kName = "momentumDisplacement";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.momentum * slot[0] - c.rate * g;
    return w + slot[0];
  }
};

struct MomentumAveraged : MomentumBase {
  static constexpr const char* kName = "momentumAveraged";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.momentum * slot[0] + c.rest * g;
    return w - c.rate * slot[0];
  }
};

struct Nesterov : MomentumBase {
  static constexpr const char* kName = "nesterov";
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.momentum * slot[0] + g;
    return w - c.rate * (g + c.momentum * slot[0]);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
