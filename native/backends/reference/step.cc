#include "backends/reference/step.h"

#include <cmath>

#include "backends/average_loop.h"
#include "backends/step_loop.h"
#include "backends/step_pieces.h"

namespace thalweg::reference {

namespace {

constexpr int kPartials = 32;

// This defines the order of additions: element i goes to partial sum i mod 32, and the partial sums
// are folded in halves.
double square_sum(const float* gradient, int64_t length, float scale, float clip_value) {
  double partial[kPartials] = {};
  for (int64_t i = 0; i < length; ++i) {
    const double g = measured_gradient(gradient[i], scale, clip_value);
    partial[i % kPartials] += g * g;
  }
  for (int width = kPartials / 2; width > 0; width /= 2)
    for (int i = 0; i < width; ++i) partial[i] += partial[i + width];
  return partial[0];
}

bool finite(const float* values, int64_t length, float scale) {
  for (int64_t i = 0; i < length; ++i)
    if (!std::isfinite(values[i] * scale)) return false;
  return true;
}

}  // namespace

void square_sums(const StepWork& work, double* sums) {
  for (size_t part = 0; part + 1 < work.parts->size(); ++part)
    square_sum_part(work, static_cast<int64_t>(part), &square_sum, sums);
}

bool all_within(const StepWork& work, MagnitudeCheck check) {
  for (size_t part = 0; part + 1 < work.parts->size(); ++part)
    if (!part_within(work, static_cast<int64_t>(part), check, &finite)) return false;
  return true;
}

void tensor_sums(const StepWork& work, TensorSums* sums) {
  for (size_t part = 0; part + 1 < work.parts->size(); ++part)
    tensor_sums_part(work, static_cast<int64_t>(part), &find_tensor_sums, sums);
}

void step(const StepWork& work) {
  for (size_t part = 0; part + 1 < work.parts->size(); ++part)
    step_part(work, static_cast<int64_t>(part), &find_step, &average_loop);
}

}  // namespace thalweg::reference
