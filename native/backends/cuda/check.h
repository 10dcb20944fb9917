// Every CUDA call goes through check(): a failure becomes the error DEVICE with
// the call and CUDA's words for it.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

namespace thalweg::cuda {

[[noreturn]] void refuse_call(cudaError_t error, const std::string& call);

inline void check(cudaError_t error, const char* call) {
  if (error != cudaSuccess) refuse_call(error, call);
}

// Work is queued on a stream of the calling thread's own: trainers on several
// threads share nothing, and what one thread queues runs in order.
inline cudaStream_t stream() { return cudaStreamPerThread; }

// Waits for all that this thread queued.
inline void synchronize() { check(cudaStreamSynchronize(stream()), "cudaStreamSynchronize"); }

}  // namespace thalweg::cuda
