// Device memory is a region of the process that the host cannot access. It opens while queued work
// runs. Where Linux has light guard pages (6.13 and later), kernels cannot access freed memory, or
// memory between allocations, either.
#pragma once

#include <cstddef>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// The caller of each function holds the lock of streams.h.

// Opens the device's memory while it lives. One may live within another.
class Access {
 public:
  Access();
  ~Access();
  Access(const Access&) = delete;
  Access& operator=(const Access&) = delete;
};

// Returns the size of the GPUs' memory: THALWEG_EMULATED_BYTES, or 8 GiB.
size_t memory_bytes();

// Closes the memory now, where an Access left it open to save time.
void close_memory();

// Returns true where [data, data + bytes) lies within one allocation.
bool is_device_memory(const void* data, size_t bytes);
// Returns true where some of [data, data + bytes) lies in the region of device memory.
bool touches_device_memory(const void* data, size_t bytes);

}  // namespace emulation
