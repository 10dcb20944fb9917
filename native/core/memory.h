// The memory that holds the arrays of a device: the host's, or a GPU's.
#pragma once

#include <cstddef>
#include <memory>

namespace thalweg {

class Memory {
 public:
  virtual ~Memory() = default;
  // Returns zeroed memory, aligned to 64 bytes or more, which its last owner frees. Throws MEMORY.
  virtual std::shared_ptr<void> allocate(size_t bytes) = 0;
  // write() copies from the host to this memory. read() copies back to the host, after all work
  // that this thread has queued. The copy is done when they return.
  virtual void write(void* to, const void* from, size_t bytes) = 0;
  virtual void read(void* to, const void* from, size_t bytes) = 0;
  // Zeroes bytes of this memory before any work that this thread queues later.
  virtual void zero(void* place, size_t bytes) = 0;
};

// Returns the host's memory, on pages as core/host_memory.h maps them.
Memory& host_memory();

}  // namespace thalweg
