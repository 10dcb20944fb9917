// Adam: Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015.
//   m = b1 m + (1 - b1) g;  v = b2 v + (1 - b2) g^2
//   w -= rate m^ / (sqrt(v^) + epsilon),  m^ = m / (1 - b1^t),  v^ = v / (1 - b2^t)
// With biasCorrection 0, m^ = m and v^ = v, as many courses show it.
// AMSGrad (Reddi, Kale and Kumar 2018) divides by the largest v so far.
// TensorFlow.js keeps the powers of b1 and b2 in float32.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct AdamCoefficients {
  float beta1, rest1, beta2, rest2;
  float rate;        // learningRate / (1 - beta1^t)
  float root_scale;  // 1 / sqrt(1 - beta2^t)
  float epsilon;
};

struct AdamBase {
  static constexpr auto kHyper =
      names("learningRate", "beta1", "beta2", "epsilon", "biasCorrection");
  using Coefficients = AdamCoefficients;

  // `power1` and `power2` are beta1^t and beta2^t, each in the precision of the variant.
  static Coefficients with_powers(const double* hyper, double power1, double power2) {
    const bool corrected = hyper[4] != 0;
    const double correction1 = corrected ? 1 - power1 : 1;
    const double correction2 = corrected ? 1 - power2 : 1;
    return {static_cast<float>(hyper[1]),
            static_cast<float>(1 - hyper[1]),
            static_cast<float>(hyper[2]),
            static_cast<float>(1 - hyper[2]),
            static_cast<float>(hyper[0] / correction1),
            static_cast<float>(1 / std::sqrt(correction2)),
            static_cast<float>(hyper[3])};
  }
  static Coefficients coefficients(const double* hyper, int64_t step, double*) {
    const auto t = static_cast<double>(step);
    return with_powers(hyper, std::pow(hyper[1], t), std::pow(hyper[2], t));
  }
  template <class Number>
  THALWEG_INLINE static void moments(const Coefficients& c, Number g, Number* slot) {
    slot[0] = c.beta1 * slot[0] + c.rest1 * g;
    slot[1] = c.beta2 * slot[1] + c.rest2 * square(g);
  }
  template <class Number>
  THALWEG_INLINE static Number update(const Coefficients& c, Number w, Number m, Number v) {
    return w - c.rate * m / (root(v) * c.root_scale + c.epsilon);
  }
};

struct Adam : AdamBase {
  static constexpr const char* kName = "adam";
  static constexpr auto kSlots = names("firstMoment", "secondMoment");
  static constexpr auto kScalars = names();
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    moments(c, g, slot);
    return update(c, w, slot[0], slot[1]);
  }
};

struct Amsgrad : AdamBase {
  static constexpr const char* kName = "amsgrad";
  static constexpr auto kSlots = names("firstMoment", "secondMoment", "largestSecondMoment");
  static constexpr auto kScalars = names();
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    moments(c, g, slot);
    slot[2] = larger(slot[2], slot[1]);
    return update(c, w, slot[0], slot[2]);
  }
};

struct AdamTfjs : AdamBase {
  static constexpr const char* kName = "adamTfjs";
  static constexpr auto kSlots = names("firstMoment", "secondMoment");
  static constexpr auto kScalars = names("beta1Power", "beta2Power");
  static Coefficients coefficients(const double* hyper, int64_t, double* scalars) {
    float rest[2];
    for (int i = 0; i < 2; ++i) {
      const float power = static_cast<float>(scalars[i]) * static_cast<float>(hyper[1 + i]);
      scalars[i] = power;
      rest[i] = 1.0f - power;
    }
    return with_powers(hyper, 1.0 - rest[0], 1.0 - rest[1]);
  }
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    moments(c, g, slot);
    return update(c, w, slot[0], slot[1]);
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
