// Reads and writes each array of a step once. One addition per number keeps the compiler from
// dropping the accesses.
#include "lab/traffic.h"

namespace thalweg::THALWEG_LANES {

namespace {

template <int kSlots, bool kAverages>
void pass(const StepSpan& span) {
  float* parameter = span.parameter;
  const float* gradient = span.gradient;
  float* slot0 = span.slot[0];
  float* slot1 = span.slot[1];
  float* slot2 = span.slot[2];
  float* average = span.average;
#pragma GCC ivdep
  for (int64_t i = 0; i < span.length; ++i) {
    const float g = gradient[i];
    parameter[i] += g;
    if constexpr (kSlots > 0) slot0[i] += g;
    if constexpr (kSlots > 1) slot1[i] += g;
    if constexpr (kSlots > 2) slot2[i] += g;
    if constexpr (kAverages) average[i] += g;
  }
}

template <bool kAverages>
void choose_pass(const StepSpan& span) {
  if (span.slot[2] != nullptr) return pass<3, kAverages>(span);
  if (span.slot[1] != nullptr) return pass<2, kAverages>(span);
  if (span.slot[0] != nullptr) return pass<1, kAverages>(span);
  return pass<0, kAverages>(span);
}

void move_span(const StepSpan& span) {
  if (span.average != nullptr) return choose_pass<true>(span);
  return choose_pass<false>(span);
}

}  // namespace

const TrafficLane kTrafficLane = {&move_span};

}  // namespace thalweg::THALWEG_LANES
