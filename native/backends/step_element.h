// What a step does with one element of a gradient before the rule sees it; the
// same for every instruction set and device.
#pragma once

#include "core/macros.h"
#include "rules/rule.h"

namespace thalweg {
inline namespace THALWEG_LANES {

// A NaN gradient passes both comparisons and stays NaN.
THALWEG_INLINE float prepare_gradient(float gradient, float scale, float clip, float factor) {
  float g = gradient * scale;
  g = g > clip ? clip : g;
  g = g < -clip ? -clip : g;
  return g * factor;
}

// The same before norm clipping, for the norm. The difference is 0 for a finite
// gradient and NaN otherwise, so that clamping hides no infinity.
THALWEG_INLINE double measured_gradient(float gradient, float scale, float clip) {
  const float g = gradient * scale;
  return prepare_gradient(gradient, scale, clip, 1.0f) + (g - g);
}

// One parameter's new value by any rule. `ratio`: as StepSpan's.
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
