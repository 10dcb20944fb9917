// The calculations of a step for one element. Every instruction set and device gives the same bits.
#pragma once

#include "core/macros.h"
#include "rules/rule.h"

namespace thalweg {
inline namespace THALWEG_LANES {

// Scales, clamps and clips a gradient. A NaN stays NaN, because both comparisons are false.
THALWEG_INLINE float prepare_gradient(float gradient, float scale, float clip, float factor) {
  float g = gradient * scale;
  g = g > clip ? clip : g;
  g = g < -clip ? -clip : g;
  return g * factor;
}

// Returns the gradient before norm clipping, for the norm. g - g is 0 for a finite gradient and NaN
// for any other, so that clamping hides no infinity.
THALWEG_INLINE double measured_gradient(float gradient, float scale, float clip) {
  const float g = gradient * scale;
  return prepare_gradient(gradient, scale, clip, 1.0f) + (g - g);
}

// Returns a parameter's new value by its rule. `ratio` is that of StepSpan.
template <class Rule>
THALWEG_INLINE float updated(const typename Rule::Coefficients& c, float ratio, float g, float w,
                             float* slot) {
  if constexpr (rules::TensorRule<Rule>)
    return Rule::apply(c, ratio * Rule::direction(c, g, w, slot), w, slot);
  else
    return Rule::apply(c, g, w, slot);
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
