// Checks that the elements of an array, each times a number, are finite.
#include "backends/cpu/lanes.h"

namespace thalweg::THALWEG_LANES {

// g - g is 0 for a finite number and NaN for any other, and a sum that has a NaN is NaN.
bool lane_finite(const float* values, int64_t length, float scale) {
  constexpr int kPartials = 64;
  float partial[kPartials] = {};
  const int64_t whole = length / kPartials * kPartials;
  for (int64_t i = 0; i < whole; i += kPartials) {
    for (int lane = 0; lane < kPartials; ++lane) {
      const float g = values[i + lane] * scale;
      partial[lane] += g - g;
    }
  }
  for (int64_t i = whole; i < length; ++i) {
    const float g = values[i] * scale;
    partial[i - whole] += g - g;
  }
  for (int width = kPartials / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; ++lane) partial[lane] += partial[lane + width];
  return partial[0] == 0;
}

}  // namespace thalweg::THALWEG_LANES
