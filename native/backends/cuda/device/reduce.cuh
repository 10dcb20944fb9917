// Sums whose order depends on the count alone.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "backends/cuda/launch.h"
#include "core/fold.h"

namespace thalweg::cuda {

inline constexpr int kWarp = 32;
inline constexpr unsigned kAllLanes = 0xFFFFFFFFu;

// Computes fold() of core/fold.h in one block of kBlockThreads. Every thread gets the sum.
template <class Value>
__device__ double fold_by_block(int64_t count, Value value) {
  __shared__ double lanes[kFoldLanes];
  for (int lane = threadIdx.x; lane < kFoldLanes; lane += kBlockThreads) {
    double sum = 0;
#pragma unroll 8
    for (int64_t i = lane; i < count; i += kFoldLanes) sum += value(i);
    lanes[lane] = sum;
  }
  for (int width = kFoldLanes / 2; width > 0; width /= 2) {
    __syncthreads();
    for (int lane = threadIdx.x; lane < width; lane += kBlockThreads)
      lanes[lane] += lanes[lane + width];
  }
  __syncthreads();
  const double sum = lanes[0];
  __syncthreads();
  return sum;
}

// Adds up an integer of each thread. Only thread 0 gets the sum.
__device__ inline int64_t count_by_block(int64_t own) {
  __shared__ int64_t warps[kBlockThreads / kWarp];
  for (int width = kWarp / 2; width > 0; width /= 2) own += __shfl_down_sync(kAllLanes, own, width);
  if (threadIdx.x % kWarp == 0) warps[threadIdx.x / kWarp] = own;
  __syncthreads();
  int64_t sum = 0;
  for (int warp = 0; threadIdx.x == 0 && warp < kBlockThreads / kWarp; ++warp) sum += warps[warp];
  __syncthreads();
  return sum;
}

// Returns true in the last block of the grid that calls this. That block then sees what the other
// blocks wrote before. The counter is 0 again for the next launch.
__device__ inline bool is_last_block(unsigned* arrived) {
  __shared__ bool last;
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicAdd(arrived, 1u) == gridDim.x - 1;
    if (last) *arrived = 0;
    __threadfence();
  }
  __syncthreads();
  return last;
}

}  // namespace thalweg::cuda
