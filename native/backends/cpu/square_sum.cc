// Sums the squares of a gradient in double: 32 interleaved partial sums are folded in halves, in an
// order that the length alone fixes. Squares of floats are exact in double and cannot overflow, so
// the sum is finite exactly where every element is.
#include "backends/cpu/lanes.h"
#include "backends/step_element.h"

namespace thalweg::THALWEG_LANES {

double lane_square_sum(const float* gradient, int64_t length, float scale, float clip_value) {
  constexpr int kPartials = 32;
  double partial[kPartials] = {};
  const int64_t whole = length / kPartials * kPartials;
  for (int64_t i = 0; i < whole; i += kPartials) {
    for (int lane = 0; lane < kPartials; ++lane) {
      const double g = measured_gradient(gradient[i + lane], scale, clip_value);
      partial[lane] += g * g;
    }
  }
  for (int64_t i = whole; i < length; ++i) {
    const double g = measured_gradient(gradient[i], scale, clip_value);
    partial[i - whole] += g * g;
  }
  for (int width = kPartials / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; ++lane) partial[lane] += partial[lane + width];
  return partial[0];
}

}  // namespace thalweg::THALWEG_LANES
