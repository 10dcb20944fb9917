// RAdam: Liu et al. 2020. It is momentum alone until the variance of 1 / sqrt(v) is finite (rho_t >
// 5). From then on it is Adam with a step that is scaled by r_t.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Radam {
  static constexpr const char* kName = "radam";
  static constexpr auto kHyper = names("learningRate", "beta1", "beta2", "epsilon");
  static constexpr auto kSlots = names("firstMoment", "secondMoment");
  static constexpr auto kScalars = names();

  // The denominator is root_factor sqrt(v) + constant, with (1, epsilon) in rectified steps and
  // else (0, 1). apply() leaves out the root for 0, because the root may be infinite.
  struct Coefficients {
    float rate, beta1, rest1, beta2, rest2, root_factor, constant;
  };

  static Coefficients coefficients(const double* hyper, int64_t step, double*) {
    const double beta1 = hyper[1], beta2 = hyper[2];
    const auto t = static_cast<double>(step);
    const double power2 = std::pow(beta2, t);
    const double longest = 2 / (1 - beta2) - 1;
    const double length = longest - 2 * t * power2 / (1 - power2);
    const bool rectified = length > 5;
    const double rectifier = rectified
                                 ? std::sqrt((length - 4) * (length - 2) * longest * (1 - power2) /
                                             ((longest - 4) * (longest - 2) * length))
                                 : 1;
    return {static_cast<float>(hyper[0] * rectifier / (1 - std::pow(beta1, t))),
            static_cast<float>(beta1),
            static_cast<float>(1 - beta1),
            static_cast<float>(beta2),
            static_cast<float>(1 - beta2),
            rectified ? 1.0f : 0.0f,
            rectified ? static_cast<float>(hyper[3]) : 1.0f};
  }

  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.beta1 * slot[0] + c.rest1 * g;
    slot[1] = c.beta2 * slot[1] + c.rest2 * square(g);
    const Number scaled = c.root_factor == 0.0f ? Number(0.0f) : root(slot[1]) * c.root_factor;
    return w - c.rate * slot[0] / (scaled + c.constant);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
