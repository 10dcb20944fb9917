// A CUDA graph that records the work that a function queues.
#pragma once

#include <functional>

#include "backends/cuda/cuda_memory.h"
#include "backends/queued_backend.h"

namespace thalweg::cuda {

class Graph final : public Recording {
 public:
  // Records the work that body() queues on the thread's stream. An exception of body() ends the
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
