#include "backends/cuda/cuda_memory.h"

#include <cstring>

#include "core/error.h"

namespace thalweg::cuda {

namespace {

[[noreturn]] void refuse_memory(size_t bytes) {
  cudaGetLastError();
  size_t free = 0, total = 0;
  if (cudaMemGetInfo(&free, &total) != cudaSuccess) free = 0;
  throw Error({ErrorCode::kMemory, "device memory", std::to_string(bytes) + " bytes",
               "at most the " + std::to_string(free) + " bytes that are free on the GPU",
               "use a smaller model or batch, or dispose what is not needed"});
}

}  // namespace

std::shared_ptr<void> CudaMemory::allocate(size_t bytes) {
  if (bytes == 0) return nullptr;
  use();
  void* data = nullptr;
  const cudaError_t error = cudaMalloc(&data, bytes);
  if (error == cudaErrorMemoryAllocation) refuse_memory(bytes);
  check(error, "cudaMalloc");
  // An error of cudaFree comes from earlier work, and the wait for that work reports it.
  std::shared_ptr<void> owner(data, [ordinal = ordinal_](void* pointer) {
    cudaSetDevice(ordinal);
    cudaFree(pointer);
  });
  zero(data, bytes);
  synchronize();
  return owner;
}

std::shared_ptr<void> CudaMemory::allocate_shared(size_t bytes) {
  use();
  void* data = nullptr;
  const cudaError_t error =
      cudaHostAlloc(&data, bytes, cudaHostAllocMapped | cudaHostAllocPortable);
  if (error == cudaErrorMemoryAllocation) {
    cudaGetLastError();
    throw Error({ErrorCode::kMemory, "pinned host memory", std::to_string(bytes) + " bytes",
                 "no more bytes than the system can pin",
                 "use a smaller batch, or raise the limit (ulimit -l)"});
  }
  check(error, "cudaHostAlloc");
  std::memset(data, 0, bytes);
  return {data, [ordinal = ordinal_](void* pointer) {
            cudaSetDevice(ordinal);
            cudaFreeHost(pointer);
          }};
}

size_t CudaMemory::free_bytes() const {
  use();
  size_t free = 0, total = 0;
  check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
  return free;
}

void CudaMemory::write(void* to, const void* from, size_t bytes) {
  if (bytes == 0) return;
  use();
  check_done(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, stream()),
             "cudaMemcpy to device");
  synchronize();
}

void CudaMemory::zero(void* place, size_t bytes) {
  if (bytes == 0) return;
  use();
  check(cudaMemsetAsync(place, 0, bytes, stream()), "cudaMemset");
}

void CudaMemory::read(void* to, const void* from, size_t bytes) {
  if (bytes == 0) return;
  use();
  check_done(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, stream()),
             "cudaMemcpy to host");
  synchronize();
}

}  // namespace thalweg::cuda
