// The threads of a kernel on the processor: fibers, each with a stack of its own, that run one
// after another up to the next barrier. Which goes first, of blocks too, is chance.
#pragma once

#include <functional>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// The error of a thread that went wrong, which is told on stderr. Under the lock of streams.h.
cudaError_t run_grid(const cudaLaunchConfig_t& config, const std::function<void()>& thread);

}  // namespace emulation
