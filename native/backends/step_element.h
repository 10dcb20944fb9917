// What a step does with one element of a gradient before the rule sees it; the
// same for every instruction set and device.
#pragma once

#include "core/macros.h"

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

}  // namespace THALWEG_LANES
}  // namespace thalweg
