// Every CUDA call goes through check() or check_done(): a failure becomes an error with the
// call and CUDA's words for it.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

namespace thalweg::cuda {

[[noreturn]] void refuse_call(cudaError_t error, const std::string& call);
[[noreturn]] void refuse_memory(cudaError_t error, const std::string& call);

// Of calls that make or queue something. Too little memory, which a kernel needs that is loaded
// when it first runs, or a graph, is MEMORY: nothing was queued, and the device lives on. All
// else is DEVICE.
inline void check(cudaError_t error, const char* call) {
  if (error == cudaErrorMemoryAllocation) refuse_memory(error, call);
  if (error != cudaSuccess) refuse_call(error, call);
}
// Of copies and waits, behind which lies work whose end is unknown: always DEVICE.
inline void check_done(cudaError_t error, const char* call) {
  if (error != cudaSuccess) refuse_call(error, call);
}

// Work is queued on a stream of the calling thread's own: trainers on several
// threads share nothing, and what one thread queues runs in order.
inline cudaStream_t stream() { return cudaStreamPerThread; }

// Waits for all that this thread queued.
inline void synchronize() { check_done(cudaStreamSynchronize(stream()), "cudaStreamSynchronize"); }

}  // namespace thalweg::cuda
