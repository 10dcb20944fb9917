// A CUDA graph of what a function queues.
#pragma once

#include <functional>

#include "backends/cuda/cuda_memory.h"
#include "backends/queued_backend.h"

namespace thalweg::cuda {

class Graph final : public Recording {
 public:
  // Runs body() with the thread's stream recording. Whatever body throws ends the
  // recording and passes on.
  Graph(const CudaMemory& memory, const std::function<void()>& body);
  ~Graph() override;
  Graph(const Graph&) = delete;
  Graph& operator=(const Graph&) = delete;
  void replay() override;

 private:
  const CudaMemory& memory_;
  cudaGraphExec_t executable_ = nullptr;
};

}  // namespace thalweg::cuda
