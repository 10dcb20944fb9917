// Host memory that kernels read and write in place. Freed memory is unmapped, so work that still
// needs it crashes.
#include <sys/mman.h>

#include <map>

#include "backends/cuda/emulation/faults.h"
#include "backends/cuda/emulation/streams.h"

namespace {

std::map<void*, size_t>& sizes() {
  static std::map<void*, size_t>& shared = *new std::map<void*, size_t>;
  return shared;
}

}  // namespace

cudaError_t cudaHostAlloc(void** data, size_t bytes, unsigned) {
  const emulation::Lock lock;
  THALWEG_EMULATED_CALL();
  if (emulation::refuse_in_capture()) return cudaErrorStreamCaptureUnsupported;
  if (emulation::allocation_fails()) return cudaErrorMemoryAllocation;
  void* made = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (made == MAP_FAILED) return cudaErrorMemoryAllocation;
  sizes()[made] = bytes;
  *data = made;
  return cudaSuccess;
}

// This waits for nothing, because CUDA promises no wait here.
cudaError_t cudaFreeHost(void* data) {
  const emulation::Lock lock;
  if (data == nullptr) return emulation::sticky_error();
  if (emulation::refuse_in_capture()) return cudaErrorStreamCaptureUnsupported;
  const auto found = sizes().find(data);
  if (found == sizes().end()) return cudaErrorInvalidValue;
  munmap(data, found->second);
  sizes().erase(found);
  return emulation::sticky_error();
}
