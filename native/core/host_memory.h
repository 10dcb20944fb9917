// Large, zeroed, page-aligned host memory, on huge pages where the system gives
// them: an optimizer streams through gigabytes, and 4 KiB pages cost TLB misses.
#pragma once

#include <cstddef>

namespace thalweg {

class HostMemory {
 public:
  HostMemory() = default;
  // Throws MEMORY with the bytes asked for.
  explicit HostMemory(size_t bytes);
  HostMemory(HostMemory&& other) noexcept;
  HostMemory& operator=(HostMemory&& other) noexcept;
  HostMemory(const HostMemory&) = delete;
  HostMemory& operator=(const HostMemory&) = delete;
  ~HostMemory();

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }

 private:
  void* data_ = nullptr;
  size_t bytes_ = 0;
};

}  // namespace thalweg
