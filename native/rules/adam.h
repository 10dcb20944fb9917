// Adam: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.
//   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   w -= rate * m^ / (sqrt(v^) + epsilon),  m^ = m / (1 - b1^t),  v^ = v / (1 - b2^t)
// biasCorrection 0 leaves m^ = m and v^ = v, the form that courses show.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Adam {
  static constexpr const char* kName = "adam";
  static constexpr auto kHyper =
      names("learningRate", "beta1", "beta2", "epsilon", "biasCorrection");
  static constexpr auto kSlots = names("firstMoment", "secondMoment");
  static constexpr auto kScalars = names();

  struct Coefficients {
    float beta1, rest1, beta2, rest2;
    float rate;        // learningRate / (1 - beta1^t)
    float root_scale;  // 1 / sqrt(1 - beta2^t)
    float epsilon;
  };

  static Coefficients coefficients(const double* hyper, int64_t step, double*) {
    const double beta1 = hyper[1], beta2 = hyper[2];
    const double t = static_cast<double>(step);
    const bool corrected = hyper[4] != 0;
    const double correction1 = corrected ? 1 - std::pow(beta1, t) : 1;
    const double correction2 = corrected ? 1 - std::pow(beta2, t) : 1;
    return {static_cast<float>(beta1),
            static_cast<float>(1 - beta1),
            static_cast<float>(beta2),
            static_cast<float>(1 - beta2),
            static_cast<float>(hyper[0] / correction1),
            static_cast<float>(1 / std::sqrt(correction2)),
            static_cast<float>(hyper[3])};
  }

  THALWEG_INLINE static float apply(const Coefficients& c, float g, float w, float* slot) {
    const float m = c.beta1 * slot[0] + c.rest1 * g;
    const float v = c.beta2 * slot[1] + c.rest2 * (g * g);
    slot[0] = m;
    slot[1] = v;
    return w - c.rate * m / (root(v) * c.root_scale + c.epsilon);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
