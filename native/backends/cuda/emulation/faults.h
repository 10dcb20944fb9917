// Decides which calls fail. They fail after a kernel went wrong, and where THALWEG_EMULATED_FAULT
// says so. Calls, allocations and kernels count from 0, from when the fault was set:
// - no-device, no-driver, old-driver, old-card, other-card, mig: the driver reports such a machine
// - exclusive, no-room: another process has the GPU, or has used up its memory
// - launch: no kernel can be queued
// - call:N: call N fails, and so do all later calls
// - launch:N: call N of those that queue or make something lacks memory
// - memory:N: allocation N fails
// - kernel:N: kernel N goes wrong when it runs, and later calls report this
// - no-algorithm: cuBLASLt has no algorithm for any product
#pragma once

#include <string>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// Returns an environment variable, or an empty text where it is not set.
std::string environment(const char* name);
bool has_fault(const char* name);

// Every call begins with this function, and ends with the error that the function returns.
cudaError_t next_call();
// Calls that queue or make something begin with this function instead.
cudaError_t next_launch();
bool allocation_fails();
// Returns true where the kernel that is about to run must fail.
bool kernel_fails();

// Returns the error of a lost device, which has no queued work and fails every call. The error of a
// fault lasts until the fault is unset, as if in a new process. The error of a kernel that went
// wrong stays.
cudaError_t sticky_error();
// Drops all queued work and makes every later call fail with `error`. Returns `error`.
cudaError_t lose_device(cudaError_t error, bool by_fault);

}  // namespace emulation

#define THALWEG_EMULATED_LAUNCH() \
  if (const cudaError_t failure = emulation::next_launch(); failure != cudaSuccess) return failure
#define THALWEG_EMULATED_CALL() \
  if (const cudaError_t failure = emulation::next_call(); failure != cudaSuccess) return failure
