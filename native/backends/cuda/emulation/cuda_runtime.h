// Replaces CUDA's header of this name, which defines the language of kernels. A kernel's threads
// run as fibers, block by block (see fibers.h).
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

namespace emulation {

// A thread of a kernel calls this to end the kernel with an error.
void trap(cudaError_t error, const char* what);

// A GPU traps an access whose address is not a multiple of its size. The asm statement keeps the
// compiler from assuming that the address is aligned.
inline void check_alignment(const void* place, uintptr_t bytes) {
  auto address = reinterpret_cast<uintptr_t>(place);
  asm volatile("" : "+r"(address));
  if (address % bytes != 0) trap(cudaErrorMisalignedAddress, "a misaligned address");
}

template <class T>
struct alignas(4 * sizeof(T)) Four {
  T x, y, z, w;

  Four() = default;
  Four(T x_, T y_, T z_, T w_) : x(x_), y(y_), z(z_), w(w_) {}
  Four(const Four& other) : Four(other.checked()) {}
  Four& operator=(const Four& other) {
    check_alignment(this, sizeof *this);
    const Parts from = other.checked();
    x = from.x, y = from.y, z = from.z, w = from.w;
    return *this;
  }

 private:
  struct Parts {
    T x, y, z, w;
  };
  explicit Four(const Parts& from) : x(from.x), y(from.y), z(from.z), w(from.w) {}
  Parts checked() const {
    check_alignment(this, sizeof *this);
    return {x, y, z, w};
  }
};

}  // namespace emulation

using float4 = emulation::Four<float>;
using uint4 = emulation::Four<unsigned>;
using uchar4 = emulation::Four<unsigned char>;
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }

namespace emulation {

struct Coordinates {
  unsigned x, y, z;
};

// Queues a grid of threads that each call `thread`.
cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread);
// Queues an operation that is not a kernel.
cudaError_t run(cudaStream_t stream, std::function<void()> operation);
// Returns the error with which the current call of a library such as cuBLASLt must end.
cudaError_t library_call();
void sync_block();
// Lets other threads of the block run first.
void pause();
// Waits for all lanes of `mask`, which exchange 8 bytes each. Returns the value of lane `source`.
uint64_t exchange(unsigned mask, uint64_t value, unsigned source);
unsigned lane();

template <class T>
T shuffle(unsigned mask, T value, unsigned source) {
  static_assert(sizeof value <= sizeof(uint64_t));
  uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof value);
  bits = exchange(mask, bits, source);
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

}  // namespace emulation

extern emulation::Coordinates threadIdx, blockIdx, blockDim, gridDim;

inline void __syncthreads() { emulation::sync_block(); }
inline void __syncwarp(unsigned mask = 0xFFFFFFFFu) {
  emulation::exchange(mask, 0, emulation::lane());
}
inline void __threadfence() { emulation::pause(); }
inline void __threadfence_system() { emulation::pause(); }
template <class T>
T __ldcg(const T* at) {
  return *at;
}
inline unsigned atomicAdd(unsigned* at, unsigned value) {
  emulation::pause();
  const unsigned before = *at;
  *at += value;
  return before;
}
// The shuffles work within groups of `width` lanes, a power of two.
template <class T>
T __shfl_sync(unsigned mask, T value, int source, int width = 32) {
  const unsigned group = emulation::lane() / width * width;
  return emulation::shuffle(mask, value, group + source % width);
}
template <class T>
T __shfl_down_sync(unsigned mask, T value, unsigned distance, int width = 32) {
  const unsigned lane = emulation::lane(), end = (lane / width + 1) * width;
  return emulation::shuffle(mask, value, lane + distance < end ? lane + distance : lane);
}
// A lane can read from the groups before its own, as on a GPU. Instead of a value from a later
// group, it gets its own value.
template <class T>
T __shfl_xor_sync(unsigned mask, T value, unsigned across, int width = 32) {
  const unsigned lane = emulation::lane(), end = (lane / width + 1) * width;
  const unsigned source = lane ^ across;
  return emulation::shuffle(mask, value, source < end ? source : lane);
}

// NOLINTEND(bugprone-reserved-identifier)

template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               Arguments... arguments) {
  return emulation::launch(*config, [=] { kernel(arguments...); });
}
