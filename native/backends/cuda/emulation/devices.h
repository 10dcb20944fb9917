// The emulation has two GPUs. CUDA_VISIBLE_DEVICES can hide some.
#pragma once

namespace emulation {

// Returns the GPU to which the calling thread's calls go.
int current_device();

}  // namespace emulation
