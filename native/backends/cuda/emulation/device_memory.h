// Device memory: a region of the process that the host may not touch. It opens while queued work
// runs. Memory between and behind allocations, and freed memory, stays closed to kernels too where
// Linux has guard pages that cost nothing (6.13 and later).
#pragma once

#include <cstddef>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// All under the lock of streams.h.

// Opens the device's memory while it lives; one may stand within another.
class Access {
 public:
  Access();
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;
};

// The memory of the GPUs: THALWEG_EMULATED_BYTES, or 8 GiB.
size_t memory_bytes();

// Closes the memory now, where an Access left it open to save time.
void close_memory();

// [data, data + bytes) lies within one allocation.
bool is_device_memory(const void* data, size_t bytes);
// Some of it is device memory.
bool touches_device_memory(const void* data, size_t bytes);

}  // namespace emulation
