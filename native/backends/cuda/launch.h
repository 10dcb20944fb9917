// Queues a kernel. `.cu` files only: it takes the address of device code.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <limits>
#include <string>

#include "backends/cuda/check.h"
#include "core/error.h"
#include "core/round.h"

namespace thalweg::cuda {

inline constexpr int kBlockThreads = 256;

// `name` tells which kernel could not be queued. Nothing is queued for no blocks. Throws
// OVERFLOW where there are more than CUDA counts.
template <class... Parameters, class... Arguments>
void launch(const char* name, int64_t blocks, int threads, void (*kernel)(Parameters...),
            Arguments... arguments) {
  if (blocks == 0) return;
  if (blocks > std::numeric_limits<int32_t>::max())
    throw Error({"OVERFLOW", name, std::to_string(blocks) + " blocks", "at most 2^31 - 1 blocks",
                 "use a smaller batch"});
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.stream = stream();
  check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...), name);
}

}  // namespace thalweg::cuda
