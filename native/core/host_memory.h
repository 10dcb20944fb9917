// Large, zeroed, page-aligned host memory, on huge pages where the system gives them. An optimizer
// streams through gigabytes, where pages of 4 KiB cost many TLB misses.
#pragma once

#include <cstddef>

namespace thalweg {

class HostMemory {
 public:
  HostMemory() = default;
  // Throws MEMORY, which names the requested bytes.
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
