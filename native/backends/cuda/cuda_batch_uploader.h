// Copies data to a GPU on a separate stream.
#pragma once

#include <vector>

#include "backends/cuda/cuda_memory.h"
#include "backends/queued_backend.h"

namespace thalweg::cuda {

class CudaBatchUploader final : public BatchUploader {
 public:
  CudaBatchUploader(CudaMemory& memory, int places);
  ~CudaBatchUploader() override;
  CudaBatchUploader(const CudaBatchUploader&) = delete;
  CudaBatchUploader& operator=(const CudaBatchUploader&) = delete;
  void send(int place, void* to, const void* from, size_t bytes) override;
  void arrive(int place) override;
  void release(int place) override;
  void wait(int place) override;

 private:
  struct Place {
    cudaEvent_t sent = nullptr;
    cudaEvent_t released = nullptr;
  };
  void close();

  CudaMemory& memory_;
  cudaStream_t copies_ = nullptr;
  std::vector<Place> places_;
};

}  // namespace thalweg::cuda
