// Benchmarks compare a step with these kernels: its memory traffic without its arithmetic, a copy,
// and a kernel that does nothing.
#include "backends/cuda/device/step_kernel.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

// A rule with Adam's two slots, and with just enough arithmetic that the compiler drops no access.
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

constexpr int kCopied = 4;  // values of 16 bytes that one thread copies

__global__ void __launch_bounds__(kStepThreads)
    copy_kernel(const float4* from, float4* to, int64_t count) {
  const int64_t begin = int64_t{blockIdx.x} * kStepThreads * kCopied + threadIdx.x;
#pragma unroll
  for (int i = 0; i < kCopied; ++i) {
    const int64_t at = begin + i * kStepThreads;
    if (at < count) to[at] = from[at];
  }
}

}  // namespace

void launch_probe(const StepLaunch& step) {
  launch("probe", step.pieces, kStepThreads, &step_kernel<Traffic>, step.tables,
         step.place.arguments, static_cast<const int32_t*>(step.place.halted));
}

void launch_copy(const float* from, float* to, int64_t length) {
  const int64_t count = length / 4;
  launch("copy", ceil_div(count, kStepThreads * kCopied), kStepThreads, &copy_kernel,
         reinterpret_cast<const float4*>(from), reinterpret_cast<float4*>(to), count);
}

void launch_nothing() { launch("nothing", 1, 1, &nothing_kernel); }

}  // namespace thalweg::cuda
