#include "backends/cuda/cuda_batch_uploader.h"

namespace thalweg::cuda {

CudaBatchUploader::CudaBatchUploader(CudaMemory& memory, int places)
    : memory_(memory), places_(places) {
  try {
    check(cudaStreamCreateWithFlags(&copies_, cudaStreamNonBlocking), "cudaStreamCreate");
    for (Place& place : places_) {
      // A thread that waits for this event sleeps.
      check(cudaEventCreateWithFlags(&place.sent, cudaEventDisableTiming | cudaEventBlockingSync),
            "cudaEventCreate");
      check(cudaEventCreateWithFlags(&place.released, cudaEventDisableTiming), "cudaEventCreate");
    }
  } catch (...) {
    close();
    throw;
  }
}

CudaBatchUploader::~CudaBatchUploader() { close(); }

// This ignores errors, because they come from earlier work, and the wait for that work reported
// them.
void CudaBatchUploader::close() {
  memory_.try_use();
  if (copies_ != nullptr) cudaStreamSynchronize(copies_);
  for (const Place& place : places_) {
    if (place.sent != nullptr) cudaEventDestroy(place.sent);
    if (place.released != nullptr) cudaEventDestroy(place.released);
  }
  if (copies_ != nullptr) cudaStreamDestroy(copies_);
}

// The first copy to a place begins at once, because CUDA does not wait for an event that was never
// recorded.
void CudaBatchUploader::send(int place, void* to, const void* from, size_t bytes) {
  memory_.use();
  check_done(cudaStreamWaitEvent(copies_, places_[place].released, 0), "cudaStreamWaitEvent");
  check_done(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, copies_),
             "cudaMemcpy to device");
  check_done(cudaEventRecord(places_[place].sent, copies_), "cudaEventRecord");
}

void CudaBatchUploader::arrive(int place) {
  memory_.use();
  check_done(cudaStreamWaitEvent(stream(), places_[place].sent, 0), "cudaStreamWaitEvent");
}

void CudaBatchUploader::release(int place) {
  memory_.use();
  check_done(cudaEventRecord(places_[place].released, stream()), "cudaEventRecord");
}

void CudaBatchUploader::wait(int place) {
  memory_.use();
  check_done(cudaEventSynchronize(places_[place].sent), "cudaEventSynchronize");
}

}  // namespace thalweg::cuda
