// LAMB: You et al., "Large batch optimization for deep learning", ICLR 2020, algorithm 2, with
// the identity for phi.
//   m, v, m^, v^ as in Adam;  u = m^ / (sqrt(v^) + epsilon) + weightDecay w
//   w -= rate |w| / |u| u, with the norms of the tensor; w -= rate u where one of them is 0
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Lamb {
  static constexpr const char* kName = "lamb";
  static constexpr auto kHyper =
      names("learningRate", "beta1", "beta2", "epsilon", "biasCorrection");
  static constexpr auto kSlots = names("firstMoment", "secondMoment");
  static constexpr auto kScalars = names();
  static constexpr bool kDecays = true;

  struct Coefficients {
    float rate, beta1, rest1, beta2, rest2;
    float scale;       // 1 / (1 - beta1^t)
    float root_scale;  // 1 / sqrt(1 - beta2^t)
    float epsilon, decay;
  };

  static Coefficients coefficients(const double* hyper, int64_t step, double*) {
    const double beta1 = hyper[1], beta2 = hyper[2];
    const auto t = static_cast<double>(step);
    const bool corrected = hyper[4] != 0;
    return {static_cast<float>(hyper[0]),
            static_cast<float>(beta1),
            static_cast<float>(1 - beta1),
            static_cast<float>(beta2),
            static_cast<float>(1 - beta2),
            static_cast<float>(corrected ? 1 / (1 - std::pow(beta1, t)) : 1),
            static_cast<float>(corrected ? 1 / std::sqrt(1 - std::pow(beta2, t)) : 1),
            static_cast<float>(hyper[3]),
            static_cast<float>(hyper[kHyper.count + kWeightDecay])};
  }

  template <class Number>
  THALWEG_INLINE static Number direction(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.beta1 * slot[0] + c.rest1 * g;
    slot[1] = c.beta2 * slot[1] + c.rest2 * square(g);
    return c.scale * slot[0] / (root(slot[1]) * c.root_scale + c.epsilon) + c.decay * w;
  }
  THALWEG_INLINE static float measured(float, float direction) { return direction; }
  THALWEG_INLINE static double ratio(const Coefficients&, double weight_norm, double norm) {
    return weight_norm / norm;
  }
  // ratio |direction| <= reach |w|
  static double reach(const Coefficients&) { return 1; }

  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number u, Number w, Number*) {
    return w - c.rate * u;
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
