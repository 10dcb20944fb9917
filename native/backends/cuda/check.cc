#include "backends/cuda/check.h"

#include "core/error.h"

namespace thalweg::cuda {

namespace {

std::string words_of(cudaError_t error) {
  cudaGetLastError();  // clears an error that is not sticky
  return std::string(cudaGetErrorName(error)) + ": " + cudaGetErrorString(error);
}

}  // namespace

void refuse_memory(cudaError_t error, const std::string& call) {
  throw Error({ErrorCode::kMemory, call, words_of(error), "enough free memory on the GPU",
               "use a smaller model or batch, or dispose what is not needed"});
}

void refuse_call(cudaError_t error, const std::string& call) {
  throw Error({ErrorCode::kDevice, call, words_of(error), "a CUDA call that succeeds",
               "the trainer is lost: make another from a checkpoint, in a new process if it fails "
               "again"});
}

}  // namespace thalweg::cuda
