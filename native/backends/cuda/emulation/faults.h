// The errors of calls: faults that THALWEG_EMULATED_FAULT asks for, and what a kernel left behind.
//   no-device, no-driver, old-driver, old-card, other-card: what the driver says of the machine
//   launch      no kernel can be queued
//   call:N      the N-th call from when it was set, and all behind it
//   launch:N    of the calls that queue or make something, the N-th alone, for lack of memory
//   memory:N    the N-th allocation alone
//   kernel:N    the N-th kernel that runs: as on a GPU, its error comes from whatever is called
//   next,
//               and from everything behind that
//   no-algorithm  cuBLASLt has none for any product
#pragma once

#include <string>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// Empty where there is none.
std::string environment(const char* name);
bool has_fault(const char* name);

// Every call asks this first.
cudaError_t next_call();
// Calls that queue or make something ask this instead.
cudaError_t next_launch();
bool allocation_fails();
// Whether the kernel that is about to run is to fail.
bool kernel_fails();

// What ended the device: its queued work is gone, and every call returns this. The error of a fault
// lasts until the fault is unset, as if in another process; that of a kernel that went wrong stays.
cudaError_t sticky_error();
// Returns the error.
cudaError_t lose_device(cudaError_t error, bool by_fault);

}  // namespace emulation

#define THALWEG_EMULATED_LAUNCH() \
  if (const cudaError_t failure = emulation::next_launch(); failure != cudaSuccess) return failure
#define THALWEG_EMULATED_CALL() \
  if (const cudaError_t failure = emulation::next_call(); failure != cudaSuccess) return failure
