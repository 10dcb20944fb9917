// The memory of one GPU.
#pragma once

#include <string>

#include "backends/cuda/check.h"
#include "core/memory.h"

namespace thalweg::cuda {

class CudaMemory final : public Memory {
 public:
  explicit CudaMemory(int ordinal) : ordinal_(ordinal) {}
  // Throws MEMORY, which gives the number of bytes that are needed and that are free.
  std::shared_ptr<void> allocate(size_t bytes) override;
  void write(void* to, const void* from, size_t bytes) override;
  void read(void* to, const void* from, size_t bytes) override;
  void zero(void* place, size_t bytes) override;

  // Allocates pinned host memory that kernels see under the same address.
  std::shared_ptr<void> allocate_shared(size_t bytes);
  size_t free_bytes() const;
  // Makes this GPU the target of all later CUDA calls of this thread.
  void use() const { check_done(cudaSetDevice(ordinal_), "cudaSetDevice"); }
  // Does the same before memory is freed, where nobody could catch an error.
  void try_use() const { cudaSetDevice(ordinal_); }

 private:
  int ordinal_;
};

}  // namespace thalweg::cuda
