// Runs the threads of a kernel on the processor as fibers. Each fiber has its own stack and runs
// until the next barrier. The order of threads and of blocks is random.
#pragma once

#include <functional>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// Runs a grid. Returns the error of a thread that went wrong, and prints it on stderr. The caller
// holds the lock of streams.h.
cudaError_t run_grid(const cudaLaunchConfig_t& config, const std::function<void()>& thread);

}  // namespace emulation
