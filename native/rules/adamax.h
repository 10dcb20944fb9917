// AdaMax: Kingma and Ba 2015, section 7.1.
//   m = b1 m + (1 - b1) g;  u = max(b2 u, |g|);  w -= rate / (1 - b1^t) m / (u + epsilon)
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Adamax {
  static constexpr const char* kName = "adamax";
  static constexpr auto kHyper = names("learningRate", "beta1", "beta2", "epsilon");
  static constexpr auto kSlots = names("firstMoment", "largestGradient");
  static constexpr auto kScalars = names();

  struct Coefficients {
    float rate, beta1, rest1, beta2, epsilon;
  };

  static Coefficients coefficients(const double* hyper, int64_t step, double*) {
    const double correction = 1 - std::pow(hyper[1], static_cast<double>(step));
    return {static_cast<float>(hyper[0] / correction), static_cast<float>(hyper[1]),
            static_cast<float>(1 - hyper[1]), static_cast<float>(hyper[2]),
            static_cast<float>(hyper[3])};
  }

  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.beta1 * slot[0] + c.rest1 * g;
    slot[1] = larger(c.beta2 * slot[1], magnitude(g));
    return w - c.rate * slot[0] / (slot[1] + c.epsilon);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
