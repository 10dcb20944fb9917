// Stands in for CUDA's header of this name: the language of kernels. A kernel's
// threads run as fibers, block by block; see fibers.cc.
#pragma once

#include <math.h>

#include <cstdint>
#include <cstring>
#include <functional>

#include "backends/cuda/emulation/cuda_runtime_api.h"

// NOLINTBEGIN(bugprone-reserved-identifier): the names are CUDA's.
#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __shared__ static

struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(4) uchar4 {
  unsigned char x, y, z, w;
};
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

namespace emulation {

struct Coordinates {
  unsigned x, y, z;
};

// Queues (into a capture) or runs a grid of threads, each of which calls `thread`.
cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread);
// The same for an operation of the host.
cudaError_t run(std::function<void()> operation);
// How a call of a library on top, which is under way, is to end.
cudaError_t library_call();
void sync_block();
// All lanes of a warp meet and exchange 8 bytes; the value of lane `source`.
uint64_t exchange(uint64_t value, unsigned source);
unsigned lane();

template <class T>
T shuffle(T value, unsigned source) {
  static_assert(sizeof value <= sizeof(uint64_t));
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = exchange(bits, source);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace emulation

extern emulation::Coordinates threadIdx, blockIdx, blockDim, gridDim;

inline void __syncthreads() { emulation::sync_block(); }
inline void __syncwarp() { emulation::exchange(0, 0); }
inline void __threadfence() {}
inline void __threadfence_system() {}
template <class T>
T __ldcg(const T* at) {
  return *at;
}
inline unsigned atomicAdd(unsigned* at, unsigned value) {
  const unsigned before = *at;
  *at += value;
  return before;
}
// Within groups of `width` lanes.
template <class T>
T __shfl_sync(unsigned, T value, int source, int width = 32) {
  const unsigned group = emulation::lane() / width * width;
  return emulation::shuffle(value, group + source % width);
}
template <class T>
T __shfl_down_sync(unsigned, T value, unsigned distance) {
  const unsigned lane = emulation::lane();
  return emulation::shuffle(value, lane + distance < 32 ? lane + distance : lane);
}
template <class T>
T __shfl_xor_sync(unsigned, T value, unsigned mask, int = 32) {
  return emulation::shuffle(value, emulation::lane() ^ mask);
}

// NOLINTEND(bugprone-reserved-identifier)

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments... arguments) {
  return emulation::launch(*config, [=] { kernel(arguments...); });
}
