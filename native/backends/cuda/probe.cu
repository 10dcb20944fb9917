// What a step is measured against: its memory traffic without its arithmetic, a
// copy, and a kernel that does nothing. Benchmarks only.
#include "backends/cuda/device/step_kernel.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

// As little arithmetic as keeps the compiler from dropping a stream.
struct TrafficCoefficients {
  float unused;
};
template <int kCount>
struct Traffic {
  static constexpr Names<kCount> kSlots = {};
  using Coefficients = TrafficCoefficients;
  THALWEG_INLINE static float apply(const Coefficients&, float g, float w, float* slot) {
    for (int i = 0; i < kCount; ++i) slot[i] = slot[i] + g;
    return w + g;
  }
};

__global__ void nothing_kernel() {}

template <int kCount>
void launch_count(const StepLaunch& step) {
  launch("probe", step.pieces, kStepThreads, &step_kernel<Traffic<kCount>>, step.tables,
         step.place.arguments, static_cast<const int32_t*>(step.place.halted));
}

}  // namespace

void launch_probe(int slots, const StepLaunch& step) {
  switch (slots) {
    case 0:
      return launch_count<0>(step);
    case 1:
      return launch_count<1>(step);
    case 2:
      return launch_count<2>(step);
    default:
      return launch_count<3>(step);
  }
}

void launch_nothing() { launch("nothing", 1, 1, &nothing_kernel); }

}  // namespace thalweg::cuda
