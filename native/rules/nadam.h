// NAdam: Dozat 2016, with the momentum schedule of the paper, as in PyTorch.
//   mu_t = b1 (1 - 0.96^(t psi) / 2);  p_t = mu_1 ... mu_t;  m, v as in Adam
//   w -= rate ((1 - mu_t) / (1 - p_t) g + mu_{t+1} / (1 - p_{t+1}) m) / (sqrt(v^) + epsilon)
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Nadam {
  static constexpr const char* kName = "nadam";
  static constexpr auto kHyper =
      names("learningRate", "beta1", "beta2", "epsilon", "momentumDecay");
  static constexpr auto kSlots = names("firstMoment", "secondMoment");
  static constexpr auto kScalars = names("momentumProduct");

  struct Coefficients {
    float gradient_rate, moment_rate, beta1, rest1, beta2, rest2, root_scale, epsilon;
  };

  static Coefficients coefficients(const double* hyper, int64_t step, double* scalars) {
    const double beta1 = hyper[1], beta2 = hyper[2], psi = hyper[4];
    const auto t = static_cast<double>(step);
    const auto mu_at = [&](double at) { return beta1 * (1 - 0.5 * std::pow(0.96, at * psi)); };
    const double mu = mu_at(t), next = mu_at(t + 1);
    const double product = scalars[0] * mu;
    scalars[0] = product;
    return {static_cast<float>(hyper[0] * (1 - mu) / (1 - product)),
            static_cast<float>(hyper[0] * next / (1 - product * next)),
            static_cast<float>(beta1),
            static_cast<float>(1 - beta1),
            static_cast<float>(beta2),
            static_cast<float>(1 - beta2),
            static_cast<float>(1 / std::sqrt(1 - std::pow(beta2, t))),
            static_cast<float>(hyper[3])};
  }

  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = c.beta1 * slot[0] + c.rest1 * g;
    slot[1] = c.beta2 * slot[1] + c.rest2 * square(g);
    const Number direction = c.gradient_rate * g + c.moment_rate * slot[0];
    return w - direction / (root(slot[1]) * c.root_scale + c.epsilon);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
