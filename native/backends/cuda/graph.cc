#include "backends/cuda/graph.h"

namespace thalweg::cuda {

Graph::Graph(const CudaMemory& memory, const std::function<void()>& body) : memory_(memory) {
  // This mode lets other threads allocate and launch meanwhile.
  check(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeThreadLocal),
        "cudaStreamBeginCapture");
  cudaGraph_t graph = nullptr;
  try {
    body();
  } catch (...) {
    cudaStreamEndCapture(stream(), &graph);
    if (graph != nullptr) cudaGraphDestroy(graph);
    throw;
  }
  check(cudaStreamEndCapture(stream(), &graph), "cudaStreamEndCapture");
  const cudaError_t made = cudaGraphInstantiate(&executable_, graph, 0);
  cudaGraphDestroy(graph);
  check(made, "cudaGraphInstantiate");
}

Graph::~Graph() {
  memory_.try_use();
  if (executable_ != nullptr) cudaGraphExecDestroy(executable_);
}

void Graph::replay() {
  memory_.use();
  check(cudaGraphLaunch(executable_, stream()), "cudaGraphLaunch");
}

}  // namespace thalweg::cuda
