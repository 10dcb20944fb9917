// The GPUs that there are: two, of which CUDA_VISIBLE_DEVICES may hide some.
#pragma once

namespace emulation {

// That the calling thread's calls go to.
int current_device();

}  // namespace emulation
