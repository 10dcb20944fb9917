// Mistakes within kernels.
#include <algorithm>
#include <iterator>

#include "program.h"

namespace {

// Sums its blocks' parts in the block that comes last, or that has the last number.
__global__ void last_block_kernel(float* parts, float* sum, unsigned* arrived, bool by_number) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    parts[blockIdx.x] = 1;
    __threadfence();
    last = atomicAdd(arrived, 1u) == gridDim.x - 1;
    if (by_number) last = blockIdx.x == gridDim.x - 1;
  }
  __syncthreads();
  if (!last || threadIdx.x != 0) return;
  for (unsigned i = 0; i < gridDim.x; ++i) *sum += parts[i];
}

bool takes_the_last_number_for_the_last_block(bool mistaken) {
  const Numbers parts(20), sum(1), arrived(1);
  check(launch(20, &last_block_kernel, parts.data, sum.data,
               reinterpret_cast<unsigned*>(arrived.data), mistaken));
  return sum.read()[0] == 20;
}

// Each thread takes what the thread `ahead` of it wrote.
__global__ void neighbour_kernel(float* to, int ahead, bool waits) {
  __shared__ float values[kThreads];
  values[threadIdx.x] = static_cast<float>(threadIdx.x);
  if (waits) __syncthreads();
  to[threadIdx.x] = values[(threadIdx.x + ahead) % kThreads];
}

bool reads_before_others_wrote(bool mistaken) {
  const Numbers numbers(kThreads);
  check(launch(1, &neighbour_kernel, numbers.data, kThreads - 1, !mistaken));
  const std::vector<float> values = numbers.read();
  for (int i = 0; i < kThreads; ++i)
    if (values[i] != static_cast<float>((i + kThreads - 1) % kThreads)) return false;
  return true;
}

__global__ void counter_kernel(float* to, bool clears) {
  __shared__ unsigned count;
  if (clears && threadIdx.x == 0) count = 0;
  __syncthreads();
  atomicAdd(&count, 1u);
  __syncthreads();
  if (threadIdx.x == 0) to[blockIdx.x] = static_cast<float>(count);
}

bool counts_from_what_shared_memory_holds(bool mistaken) {
  const Numbers numbers(3);
  check(launch(3, &counter_kernel, numbers.data, !mistaken));
  return numbers.read() == std::vector<float>(3, kThreads);
}

__global__ void four_kernel(float* to) {
  if (threadIdx.x == 0) *reinterpret_cast<float4*>(to) = make_float4(1, 2, 3, 4);
}

// The launch is none the wiser: whatever is called next tells, and all that comes then.
bool stores_misaligned(bool mistaken) {
  const Numbers numbers(8);
  check(launch(1, &four_kernel, numbers.data + (mistaken ? 1 : 0)));
  const cudaError_t errors[] = {cudaStreamSynchronize(cudaStreamPerThread), cudaSetDevice(0),
                                launch(1, &fill_kernel, numbers.data, 8, 0.0f),
                                cudaFree(numbers.data)};
  const auto all = [&](cudaError_t wanted) {
    return std::all_of(std::begin(errors), std::end(errors),
                       [&](cudaError_t error) { return error == wanted; });
  };
  return mistaken ? !all(cudaErrorMisalignedAddress) : all(cudaSuccess);
}

__global__ void shuffle_kernel(float* to, unsigned mask, bool leaves) {
  const int lane = threadIdx.x % kWarp;
  if (leaves && lane == 5) return;
  const float sum = __shfl_down_sync(mask, static_cast<float>(lane), 1);
  to[threadIdx.x] = sum;
}

bool shuffles_with_lanes_that_ended(bool mistaken) {
  const Numbers numbers(kThreads);
  check(launch(1, &shuffle_kernel, numbers.data, kAllLanes, mistaken));
  return numbers.read()[kWarp - 1] == kWarp - 1;
}

bool shuffles_with_lanes_outside_the_mask(bool mistaken) {
  const Numbers numbers(kThreads);
  check(launch(1, &shuffle_kernel, numbers.data, mistaken ? 0xFFFFu : kAllLanes, false));
  return numbers.read()[0] == 1;
}

// Sums over 16 lanes each; a width of 32 lets the upper half read the lower one.
__global__ void width_kernel(float* to, int width) {
  const int lane = threadIdx.x % kWarp;
  to[threadIdx.x] = __shfl_xor_sync(kAllLanes, static_cast<float>(lane), 16u, width) +
                    __shfl_down_sync(kAllLanes, static_cast<float>(lane), 8u, width) +
                    __shfl_sync(kAllLanes, static_cast<float>(lane), 3, width);
}

bool shuffles_across_a_width(bool mistaken) {
  const Numbers numbers(kThreads);
  check(launch(1, &width_kernel, numbers.data, mistaken ? 32 : 16));
  const std::vector<float> values = numbers.read();
  for (int lane = 0; lane < kWarp; ++lane) {
    const int group = lane / 16 * 16;
    const int across = group == 16 ? lane - 16 : lane;  // a group behind cannot be read
    const int down = lane + 8 < group + 16 ? lane + 8 : lane;
    if (values[lane] != static_cast<float>(across + down + group + 3)) return false;
  }
  return true;
}

__global__ void branch_kernel(float* to, bool all) {
  if (all || threadIdx.x % kWarp != 3) __syncthreads();
  (void)__shfl_sync(kAllLanes, 1.0f, 0);
  to[threadIdx.x] = 1;
}

bool waits_in_a_branch(bool mistaken) {
  const Numbers numbers(kThreads);
  check(launch(1, &branch_kernel, numbers.data, !mistaken));
  return numbers.read()[0] == 1;
}

}  // namespace

Programs kernel_programs() {
  return {
      PROGRAM(takes_the_last_number_for_the_last_block),
      PROGRAM(reads_before_others_wrote),
      PROGRAM(counts_from_what_shared_memory_holds),
      PROGRAM(stores_misaligned),
      PROGRAM(shuffles_with_lanes_that_ended),
      PROGRAM(shuffles_with_lanes_outside_the_mask),
      PROGRAM(shuffles_across_a_width),
      PROGRAM(waits_in_a_branch),
  };
}
