// LARS: You, Gitman and Ginsburg, "Large batch training of convolutional networks",
// arXiv:1708.03888, algorithm 1.
//   r = trustCoefficient |w| / (|g| + weightDecay |w|), with the norms of the tensor; 1 where one
//   of them is 0;  v = mu v + rate r (g + weightDecay w);  w -= v
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Lars {
  static constexpr const char* kName = "lars";
  static constexpr auto kHyper = names("learningRate", "momentum", "trustCoefficient");
  static constexpr auto kSlots = names("velocity");
  static constexpr auto kScalars = names();
  static constexpr bool kDecays = true;

  struct Coefficients {
    float rate, momentum, trust, decay;
  };

  static Coefficients coefficients(const double* hyper, int64_t, double*) {
    return {static_cast<float>(hyper[0]), static_cast<float>(hyper[1]),
            static_cast<float>(hyper[2]), static_cast<float>(hyper[kHyper.count + kWeightDecay])};
  }

  template <class Number>
  THALWEG_INLINE static Number direction(const Coefficients& c, Number g, Number w, Number*) {
    return g + c.decay * w;
  }
  THALWEG_INLINE static float measured(float g, float) { return g; }
  THALWEG_INLINE static double ratio(const Coefficients& c, double weight_norm, double norm) {
    return c.trust * weight_norm / (norm + c.decay * weight_norm);
  }
  // ratio |direction| <= reach |w|
  static double reach(const Coefficients& c) { return c.trust; }

  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number u, Number w, Number* slot) {
    slot[0] = c.momentum * slot[0] + c.rate * u;
    return w - slot[0];
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
