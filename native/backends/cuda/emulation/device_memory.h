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

// Of one GPU: THALWEG_EMULATED_BYTES, or 8 GiB.
size_t memory_bytes();

// Closes the memory now, where an Access left it open to save time.
void close_memory();

// Whether [data, data + bytes) lies within one allocation; whether any of it is device memory.
bool is_device_memory(const void* data, size_t bytes);
bool touches_device_memory(const void* data, size_t bytes);

}  // namespace emulation
