// Lion: Chen et al. 2023.
//   u = sign(b1 m + (1 - b1) g);  w -= rate u;  m = b2 m + (1 - b2) g
// The decay of the paper is the decoupled weightDecay, which every rule has.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Lion {
  static constexpr const char* kName = "lion";
  static constexpr auto kHyper = names("learningRate", "beta1", "beta2");
  static constexpr auto kSlots = names("firstMoment");
  static constexpr auto kScalars = names();

  struct Coefficients {
    float rate, beta1, rest1, beta2, rest2;
  };

  static Coefficients coefficients(const double* hyper, int64_t, double*) {
    return {static_cast<float>(hyper[0]), static_cast<float>(hyper[1]),
            static_cast<float>(1 - hyper[1]), static_cast<float>(hyper[2]),
            static_cast<float>(1 - hyper[2])};
  }

  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    const Number direction = c.beta1 * slot[0] + c.rest1 * g;
    slot[0] = c.beta2 * slot[0] + c.rest2 * g;
    return w - c.rate * sign(direction);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
