// Kernels in which a thread computes one element.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "backends/cuda/launch.h"

namespace thalweg::cuda {

// Returns the index of the thread's element. Threads beyond the last element must do nothing.
__device__ inline int64_t own_element() {
  return int64_t{blockIdx.x} * kBlockThreads + threadIdx.x;
}

// Queues a kernel with a thread for each of `count` elements.
template <class... Parameters, class... Arguments>
void launch_elements(const char* name, int64_t count, void (*kernel)(Parameters...),
                     Arguments... arguments) {
  launch(name, ceil_div(count, kBlockThreads), kBlockThreads, kernel, arguments...);
}

}  // namespace thalweg::cuda
