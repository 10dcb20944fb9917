// What a step is measured against: its memory traffic without its arithmetic, a
// copy, and a kernel that does nothing. Benchmarks only.
#include "backends/cuda/device/step_kernel.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

// As little arithmetic as keeps the compiler from dropping a stream: parameters,
// gradients and Adam's two slots.
struct Traffic {
  static constexpr Names<2> kSlots = {};
  struct Coefficients {
    float unused;
  };
  THALWEG_INLINE static float apply(const Coefficients&, float g, float w, float* slot) {
    slot[0] = slot[0] + g;
    slot[1] = slot[1] + g;
    return w + g;
  }
};

__global__ void nothing_kernel() {}

}  // namespace

void launch_probe(const StepLaunch& step) {
  launch("probe", step.pieces, kStepThreads, &step_kernel<Traffic>, step.tables,
         step.place.arguments, static_cast<const int32_t*>(step.place.halted));
}

void launch_nothing() { launch("nothing", 1, 1, &nothing_kernel); }

}  // namespace thalweg::cuda
