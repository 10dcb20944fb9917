// The floor of a step: the same streams, read and written once, with no more
// arithmetic than keeps the compiler from dropping them. Benchmarks only.
#include "backends/cpu/lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

template <int kSlots>
void pass(const StepSpan& span) {
  float* parameter = span.parameter;
  const float* gradient = span.gradient;
  float* slot0 = span.slot[0];
  float* slot1 = span.slot[1];
  float* slot2 = span.slot[2];
#pragma GCC ivdep
  for (int64_t i = 0; i < span.length; ++i) {
    const float g = gradient[i];
    parameter[i] += g;
    if constexpr (kSlots > 0) slot0[i] += g;
    if constexpr (kSlots > 1) slot1[i] += g;
    if constexpr (kSlots > 2) slot2[i] += g;
  }
}

}  // namespace

void lane_probe(const StepSpan& span) {
  if (span.slot[2] != nullptr) return pass<3>(span);
  if (span.slot[1] != nullptr) return pass<2>(span);
  if (span.slot[0] != nullptr) return pass<1>(span);
  return pass<0>(span);
}

}  // namespace thalweg::THALWEG_LANES
