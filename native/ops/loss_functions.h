// The losses that are means over columns, for one element in float32. They have the same bits on
// every processor.
#pragma once

#include "ops/functions.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// The loss of one element, and its derivative by x.
struct Element {
  double loss;
  float gradient;
};

struct SigmoidCrossEntropy {
  THALWEG_INLINE Element operator()(float x, float label) const {
    const float e = exponential(-__builtin_fabsf(x));
    const float probability = (x < 0.0f ? e : 1.0f) / (1.0f + e);
    const float linear = (x > 0.0f ? x : 0.0f) - x * label;
    return {linear + log_one_plus(e), probability - label};
  }
};
struct SquaredError {
  THALWEG_INLINE Element operator()(float x, float label) const {
    const float distance = x - label;
    return {static_cast<double>(distance) * distance, 2.0f * distance};
  }
};
struct Huber {
  float delta;
  THALWEG_INLINE Element operator()(float x, float label) const {
    const float distance = x - label, near = clamp(distance, delta);
    // The loss is d^2 / 2 within delta, and delta (|d| - delta / 2) beyond it.
    return {near * (distance - 0.5 * near), near};
  }
};

}  // namespace THALWEG_LANES

}  // namespace thalweg
