// Queues a kernel. Only .cu files include this header, because a launch takes the address of device
// code.
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

// `name` names the kernel in errors. Queues nothing where `blocks` is 0. Throws OVERFLOW where
// there are 2^31 blocks or more.
template <class... Parameters, class... Arguments>
void launch(const char* name, int64_t blocks, int threads, void (*kernel)(Parameters...),
            Arguments... arguments) {
  if (blocks == 0) return;
  if (blocks > std::numeric_limits<int32_t>::max())
    throw Error({ErrorCode::kOverflow, name, std::to_string(blocks) + " blocks",
                 "at most 2^31 - 1 blocks", "use a smaller batch"});
  cudaLaunchConfig_t config = {};
  config.gridDim = dim3(static_cast<unsigned>(blocks));
  config.blockDim = dim3(static_cast<unsigned>(threads));
  config.stream = stream();
  check(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(arguments)...), name);
}

}  // namespace thalweg::cuda
