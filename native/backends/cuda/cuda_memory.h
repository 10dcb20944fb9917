// The memory of one GPU.
#pragma once

#include <string>

#include "backends/cuda/check.h"
#include "core/memory.h"

namespace thalweg::cuda {

class CudaMemory final : public Memory {
 public:
  explicit CudaMemory(int ordinal) : ordinal_(ordinal) {}
  // Throws MEMORY with the bytes needed and free.
  std::shared_ptr<void> allocate(size_t bytes) override;
  void write(void* to, const void* from, size_t bytes) override;
  void read(void* to, const void* from, size_t bytes) override;
  void zero(void* place, size_t bytes) override;

  // Pinned host memory that kernels see under the same address.
  std::shared_ptr<void> allocate_shared(size_t bytes);
  size_t free_bytes() const;
  // CUDA calls of this thread go to this GPU from here on.
  void use() const { check_done(cudaSetDevice(ordinal_), "cudaSetDevice"); }
  // The same before something is freed, where an error has nowhere to go.
  void try_use() const { cudaSetDevice(ordinal_); }

 private:
  int ordinal_;
};

}  // namespace thalweg::cuda
