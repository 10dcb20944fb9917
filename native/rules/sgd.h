// Plain gradient descent: w -= rate * g.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct Sgd {
  static constexpr const char* kName = "sgd";
  static constexpr auto kHyper = names("learningRate");
  static constexpr auto kSlots = names();
  static constexpr auto kScalars = names();

  struct Coefficients {
    float rate;
  };

  static Coefficients coefficients(const double* hyper, int64_t, double*) {
    return {static_cast<float>(hyper[0])};
  }

  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number*) {
    return w - c.rate * g;
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
