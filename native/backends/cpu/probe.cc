// The floor of a step: the same streams, read and written once, with no more
// arithmetic than keeps the compiler from dropping them. Benchmarks only.
#include "backends/cpu/lanes.h"

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
void probe(const StepSpan& span) {
  if (span.slot[2] != nullptr) return pass<3, kAverages>(span);
  if (span.slot[1] != nullptr) return pass<2, kAverages>(span);
  if (span.slot[0] != nullptr) return pass<1, kAverages>(span);
  return pass<0, kAverages>(span);
}

}  // namespace

void lane_probe(const StepSpan& span) {
  if (span.average != nullptr) return probe<true>(span);
  return probe<false>(span);
}

}  // namespace thalweg::THALWEG_LANES
