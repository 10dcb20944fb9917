// Kernel launches, copies, and the names of errors.
#include <cstring>
#include <utility>

#include "backends/cuda/emulation/cuda_runtime.h"
#include "backends/cuda/emulation/device_memory.h"
#include "backends/cuda/emulation/faults.h"
#include "backends/cuda/emulation/fibers.h"
#include "backends/cuda/emulation/streams.h"

namespace emulation {

namespace {

// Returns true where exactly the sides that `kind` names are device memory.
bool is_right(const void* to, const void* from, size_t bytes, cudaMemcpyKind kind) {
  const bool to_device = kind != cudaMemcpyDeviceToHost;
  const bool from_device = kind != cudaMemcpyHostToDevice;
  return (to_device ? is_device_memory(to, bytes) : !touches_device_memory(to, bytes)) &&
         (from_device ? is_device_memory(from, bytes) : !touches_device_memory(from, bytes));
}

}  // namespace

cudaError_t library_call() {
  const Lock lock;
  return next_launch();
}

cudaError_t run(cudaStream_t stream, std::function<void()> operation) {
  const Lock lock;
  return enqueue(stream, [operation = std::move(operation)] {
    operation();
    return cudaSuccess;
  });
}

cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread) {
  const Lock lock;
  THALWEG_EMULATED_LAUNCH();
  if (has_fault("launch")) return lose_device(cudaErrorLaunchFailure, true);
  return enqueue(config.stream, [config, thread = std::move(thread)] {
    if (!kernel_fails()) return run_grid(config, thread);
    lose_device(cudaErrorIllegalAddress, true);
    return cudaSuccess;
  });
}

}  // namespace emulation

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorInvalidValue:
      return "cudaErrorInvalidValue";
    case cudaErrorDevicesUnavailable:
      return "cudaErrorDevicesUnavailable";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorIllegalAddress:
      return "cudaErrorIllegalAddress";
    case cudaErrorMisalignedAddress:
      return "cudaErrorMisalignedAddress";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
    case cudaErrorStreamCaptureUnsupported:
      return "cudaErrorStreamCaptureUnsupported";
    case cudaErrorStreamCaptureInvalidated:
      return "cudaErrorStreamCaptureInvalidated";
    case cudaErrorStreamCaptureIsolation:
      return "cudaErrorStreamCaptureIsolation";
    default:
      return "cudaError";
  }
}
const char* cudaGetErrorString(cudaError_t) { return "emulated"; }
cudaError_t cudaGetLastError() { return emulation::sticky_error(); }

cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t stream) {
  const emulation::Lock lock;
  THALWEG_EMULATED_LAUNCH();
  if (!emulation::is_device_memory(data, bytes)) return cudaErrorInvalidValue;
  return emulation::run(stream, [=] { std::memset(data, value, bytes); });
}
// The copy reads or writes the host's memory when it runs, not when it is queued.
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  const emulation::Lock lock;
  THALWEG_EMULATED_CALL();
  if (!emulation::is_right(to, from, bytes, kind)) return cudaErrorInvalidValue;
  // A capture refuses this copy, because each replay would use the host's address again.
  if (kind != cudaMemcpyDeviceToDevice && stream == cudaStreamPerThread &&
      emulation::refuse_in_capture())
    return cudaErrorStreamCaptureUnsupported;
  return emulation::run(stream, [=] { std::memcpy(to, from, bytes); });
}
