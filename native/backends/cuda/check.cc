#include "backends/cuda/check.h"

#include "core/error.h"

namespace thalweg::cuda {

void refuse_call(cudaError_t error, const std::string& call) {
  cudaGetLastError();  // an error that is not sticky ends here
  throw Error({"DEVICE", call,
               std::string(cudaGetErrorName(error)) + ": " + cudaGetErrorString(error),
               "a CUDA call that succeeds",
               "the trainer is lost: make another from a checkpoint, in a new process if it fails "
               "again"});
}

}  // namespace thalweg::cuda
