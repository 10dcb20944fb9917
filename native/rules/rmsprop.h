// RMSProp: Tieleman and Hinton, lecture 6.5, 2012; centered: Graves 2013.
//   c = rho c + (1 - rho) g^2;  m = rho m + (1 - rho) g
//   u = g / (sqrt(c) + epsilon), centered: g / (sqrt(c - m^2) + epsilon)
//   w -= rate u, with momentum: v = mu v + u; w -= rate v
// TensorFlow.js: g / sqrt(c + epsilon), centered g / sqrt(c - m^2 - epsilon), and
// the rate inside the momentum buffer.
#pragma once

#include "rules/rule.h"

namespace thalweg::rules {
inline namespace THALWEG_LANES {

struct RmspropCoefficients {
  float rate, decay, rest, epsilon, momentum;
};

struct RmspropBase {
  static constexpr auto kHyper = names("learningRate", "decay", "epsilon", "momentum");
  static constexpr auto kScalars = names();
  using Coefficients = RmspropCoefficients;

  static Coefficients coefficients(const double* hyper, int64_t, double*) {
    return {static_cast<float>(hyper[0]), static_cast<float>(hyper[1]),
            static_cast<float>(1 - hyper[1]), static_cast<float>(hyper[2]),
            static_cast<float>(hyper[3])};
  }
  template <class Number>
  THALWEG_INLINE static Number mean_square(const Coefficients& c, Number g, Number before) {
    return c.decay * before + c.rest * square(g);
  }
  // Rounding can make the variance negative, and 0 replaces it then. NaN stays NaN. If both squares
  // are beyond float32, the variance is infinite and not NaN.
  template <class Number>
  THALWEG_INLINE static Number variance(Number mean_square, Number mean) {
    constexpr float kLargest = 3.402823466e38f;
    const Number of_mean = square(mean);
    const Number difference = mean_square - smaller(kLargest, of_mean);
    return larger(0.0f, difference);
  }
};

struct Rmsprop : RmspropBase {
  static constexpr const char* kName = "rmsprop";
  static constexpr auto kSlots = names("meanSquare");
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = mean_square(c, g, slot[0]);
    return w - c.rate * g / (root(slot[0]) + c.epsilon);
  }
};

struct RmspropMomentum : RmspropBase {
  static constexpr const char* kName = "rmspropMomentum";
  static constexpr auto kSlots = names("meanSquare", "velocity");
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = mean_square(c, g, slot[0]);
    slot[1] = c.momentum * slot[1] + g / (root(slot[0]) + c.epsilon);
    return w - c.rate * slot[1];
  }
};

struct RmspropCentered : RmspropBase {
  static constexpr const char* kName = "rmspropCentered";
  static constexpr auto kSlots = names("meanSquare", "mean");
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = mean_square(c, g, slot[0]);
    slot[1] = c.decay * slot[1] + c.rest * g;
    return w - c.rate * g / (root(variance(slot[0], slot[1])) + c.epsilon);
  }
};

struct RmspropCenteredMomentum : RmspropBase {
  static constexpr const char* kName = "rmspropCenteredMomentum";
  static constexpr auto kSlots = names("meanSquare", "mean", "velocity");
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = mean_square(c, g, slot[0]);
    slot[1] = c.decay * slot[1] + c.rest * g;
    slot[2] = c.momentum * slot[2] + g / (root(variance(slot[0], slot[1])) + c.epsilon);
    return w - c.rate * slot[2];
  }
};

struct RmspropTfjs : RmspropBase {
  static constexpr const char* kName = "rmspropTfjs";
  static constexpr auto kSlots = names("meanSquare", "velocity");
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = mean_square(c, g, slot[0]);
    slot[1] = c.momentum * slot[1] + c.rate * g / root(slot[0] + c.epsilon);
    return w - slot[1];
  }
};

struct RmspropCenteredTfjs : RmspropBase {
  static constexpr const char* kName = "rmspropCenteredTfjs";
  static constexpr auto kSlots = names("meanSquare", "mean", "velocity");
  template <class Number>
  THALWEG_INLINE static Number apply(const Coefficients& c, Number g, Number w, Number* slot) {
    slot[0] = mean_square(c, g, slot[0]);
    slot[1] = c.decay * slot[1] + c.rest * g;
    const Number denominator = root(slot[0] - (square(slot[1]) + c.epsilon));
    slot[2] = c.momentum * slot[2] + c.rate * g / denominator;
    return w - slot[2];
  }
};

}  // namespace THALWEG_LANES
}  // namespace thalweg::rules
