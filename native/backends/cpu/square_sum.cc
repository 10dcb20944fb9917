// Sum of squares of a gradient, in double, in an order fixed by the length alone:
// 32 interleaved partial sums, then a tree. Squares of floats are exact in double
// and cannot overflow, so the sum is finite exactly if every element is.
#include "backends/cpu/lanes.h"
#include "backends/step_loop.h"

namespace thalweg::THALWEG_LANES {

// The difference is 0 for a finite gradient and NaN otherwise, so that clamping
// hides no infinity.
static THALWEG_INLINE double clipped(float gradient, float scale, float clip_value) {
  const float g = gradient * scale;
  return prepare_gradient(gradient, scale, clip_value, 1.0f) + (g - g);
}

double lane_square_sum(const float* gradient, int64_t length, float scale, float clip_value) {
  constexpr int kPartials = 32;
  double partial[kPartials] = {};
  const int64_t whole = length / kPartials * kPartials;
  for (int64_t i = 0; i < whole; i += kPartials) {
    for (int lane = 0; lane < kPartials; ++lane) {
      const double g = clipped(gradient[i + lane], scale, clip_value);
      partial[lane] += g * g;
    }
  }
  for (int64_t i = whole; i < length; ++i) {
    const double g = clipped(gradient[i], scale, clip_value);
    partial[i - whole] += g * g;
  }
  for (int width = kPartials / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; ++lane) partial[lane] += partial[lane + width];
  return partial[0];
}

}  // namespace thalweg::THALWEG_LANES
