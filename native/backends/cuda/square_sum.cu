// Sums the squares of a gradient's pieces in the order of the CPU: lane l of a warp adds elements
// l, l + 32, …, and the lanes are folded in halves.
#include "backends/cuda/device/global.cuh"
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/device/step_tables.h"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "backends/step_element.h"

namespace thalweg::cuda {

namespace {

// Halts the queue where a weight is beyond the limit, because the host relies on the limit for
// every weight.
__device__ void check_weights(const float* weights, int length, int lane, const StepPolicy& policy,
                              int32_t* halted) {
  bool is_within = true;
#pragma unroll 8
  for (int i = lane; i < length; i += kWarp)
    is_within = is_within && fabsf(load_global(weights + i)) <= policy.weight_limit;
  if (policy.refuses != 0 && !is_within) *halted = 1;
}

// A warp takes one piece. Squares of floats are exact in double, so a fused multiply-add gives the
// bits of a product and a sum.
__global__ void __launch_bounds__(kBlockThreads)
    square_sum_kernel(StepTables tables, const StepArguments* arguments, int32_t* halted,
                      int64_t pieces, double* sums) {
  const int64_t index = (int64_t{blockIdx.x} * kBlockThreads + threadIdx.x) / kWarp;
  if (index >= pieces) return;
  const StepPiece piece = tables.pieces[index];
  const StepTensor& tensor = tables.tensors[piece.tensor];
  const StepCoefficients& values = group_of(arguments, tensor.group).coefficients;
  const float* gradient = tensor.gradient + piece.begin;
  const float scale = values.scale, clip = values.clip_value;
  const int length = static_cast<int>(piece.length), lane = threadIdx.x % kWarp;
  double sum = 0;
#pragma unroll 8
  for (int i = lane; i < length; i += kWarp) {
    const double g = measured_gradient(load_global(gradient + i), scale, clip);
    sum = fma(g, g, sum);
  }
  for (int width = kWarp / 2; width > 0; width /= 2) sum += __shfl_down_sync(kAllLanes, sum, width);
  if (lane == 0) sums[index] = sum;
  if (arguments->policy.checks_weights != 0)
    check_weights(tensor.parameter + piece.begin, length, lane, arguments->policy, halted);
}

}  // namespace

void launch_square_sums(const StepLaunch& step, double* sums) {
  launch("square_sums", ceil_div(step.pieces, kBlockThreads / kWarp), kBlockThreads,
         &square_sum_kernel, step.tables, step.place.arguments, step.place.halted, step.pieces,
         sums);
}

}  // namespace thalweg::cuda
