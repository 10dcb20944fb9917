// Where the arrays of a device live: this machine's memory, or a GPU's.
#pragma once

#include <cstddef>
#include <memory>

namespace thalweg {

class Memory {
 public:
  virtual ~Memory() = default;
  // Zeroed, 64-byte aligned or better; freed with its last owner. Throws MEMORY.
  virtual std::shared_ptr<void> allocate(size_t bytes) = 0;
  // Copies from the host to here, and from here to the host after all that this
  // thread queued; done when they return.
  virtual void write(void* to, const void* from, size_t bytes) = 0;
  virtual void read(void* to, const void* from, size_t bytes) = 0;
  // Zeroes bytes here, before whatever this thread queues next.
  virtual void zero(void* place, size_t bytes) = 0;
};

// Pages of this machine, as core/host_memory.h makes them.
Memory& host_memory();

}  // namespace thalweg
