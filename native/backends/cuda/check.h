// CUDA calls go through check() or check_done(), which turn a failure into an error with the name
// of the call and CUDA's description.
#pragma once

#include <cuda_runtime_api.h>

#include <string>

namespace thalweg::cuda {

[[noreturn]] void refuse_call(cudaError_t error, const std::string& call);
[[noreturn]] void refuse_memory(cudaError_t error, const std::string& call);

// Checks a call that makes or queues something. It may lack memory, for instance to load a kernel.
// Then nothing was queued and the device remains usable, so the error is MEMORY. Every other error
// is DEVICE.
inline void check(cudaError_t error, const char* call) {
  if (error == cudaErrorMemoryAllocation) refuse_memory(error, call);
  if (error != cudaSuccess) refuse_call(error, call);
}
// Checks a copy or a wait. Every error is DEVICE, because earlier work may have failed.
inline void check_done(cudaError_t error, const char* call) {
  if (error != cudaSuccess) refuse_call(error, call);
}

// Each thread queues its work on its own stream. The work of one thread runs in order, and trainers
// on several threads share nothing.
inline cudaStream_t stream() { return cudaStreamPerThread; }

// Waits for all work that this thread queued.
inline void synchronize() { check_done(cudaStreamSynchronize(stream()), "cudaStreamSynchronize"); }

}  // namespace thalweg::cuda
