// The errors of calls. A kernel may have left one, or THALWEG_EMULATED_FAULT asks for it:
// - no-device, no-driver, old-driver, old-card, other-card, mig: the driver says so of the machine
// - exclusive, no-room: a GPU takes no process
// - launch: no kernel can be queued
// - call:N: the N-th call from when it was set fails, and all behind it
// - launch:N: of the calls that queue or make something, the N-th alone lacks memory
// - memory:N: the N-th allocation alone fails
// - kernel:N: the N-th kernel that runs goes wrong, which later calls tell
// - no-algorithm: cuBLASLt has none for any product
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
// The kernel that is about to run is to fail.
bool kernel_fails();

// A device that is lost has no queued work any more, and every call returns this error. The error
// of a fault lasts until the fault is unset, as if in another process; that of a kernel that went
// wrong stays.
cudaError_t sticky_error();
// Returns the error.
cudaError_t lose_device(cudaError_t error, bool by_fault);

}  // namespace emulation

#define THALWEG_EMULATED_LAUNCH() \
  if (const cudaError_t failure = emulation::next_launch(); failure != cudaSuccess) return failure
#define THALWEG_EMULATED_CALL() \
  if (const cudaError_t failure = emulation::next_call(); failure != cudaSuccess) return failure
