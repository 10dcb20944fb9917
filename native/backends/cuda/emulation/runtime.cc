// The calls of the CUDA runtime. Memory is the host's, work runs at once, a
// capture keeps it. THALWEG_EMULATED_FAULT (no-device, old-driver, old-card,
// launch) and THALWEG_EMULATED_BYTES (of device memory) make things fail.
#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "backends/cuda/emulation/cuda_runtime.h"

struct EmulatedGraph {
  std::vector<std::function<void()>> operations;
};

namespace emulation {

void run_grid(const cudaLaunchConfig_t& config, const std::function<void()>& thread);

namespace {

thread_local EmulatedGraph* capturing = nullptr;

bool fault(const char* name) {
  const char* wanted = std::getenv("THALWEG_EMULATED_FAULT");
  return wanted != nullptr && std::string(wanted) == name;
}

size_t memory_bytes() {
  const char* wanted = std::getenv("THALWEG_EMULATED_BYTES");
  return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : size_t{8} << 30;
}

// Device memory in use, by address.
struct Heap {
  std::mutex mutex;
  std::map<void*, size_t> sizes;
  size_t used = 0;
};
Heap& heap() {
  static Heap& shared = *new Heap;
  return shared;
}

cudaError_t run(std::function<void()> operation) {
  if (capturing != nullptr)
    capturing->operations.push_back(std::move(operation));
  else
    operation();
  return cudaSuccess;
}

}  // namespace

cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread) {
  if (fault("launch")) return cudaErrorLaunchFailure;
  return run([config, thread = std::move(thread)] { run_grid(config, thread); });
}

}  // namespace emulation

const char* cudaGetErrorName(cudaError_t error) {
  switch (error) {
    case cudaSuccess:
      return "cudaSuccess";
    case cudaErrorMemoryAllocation:
      return "cudaErrorMemoryAllocation";
    case cudaErrorLaunchFailure:
      return "cudaErrorLaunchFailure";
    default:
      return "cudaError";
  }
}
const char* cudaGetErrorString(cudaError_t) { return "emulated"; }
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaDriverGetVersion(int* version) {
  *version = emulation::fault("old-driver") ? 11040 : 13000;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = emulation::fault("no-device") ? 0 : 2;
  if (emulation::fault("old-driver")) return cudaErrorInsufficientDriver;
  return *count == 0 ? cudaErrorNoDevice : cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int ordinal) {
  *properties = {};
  std::strcpy(properties->name, "emulated GPU");
  properties->uuid.bytes[15] = static_cast<char>(ordinal + 1);
  properties->major = emulation::fault("old-card") ? 6 : 9;
  properties->totalGlobalMem = emulation::memory_bytes();
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
  *value = 2;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int) { return cudaSuccess; }

// Filled with ones, which are NaNs: what is read must have been written.
cudaError_t cudaMalloc(void** data, size_t bytes) {
  emulation::Heap& heap = emulation::heap();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  if (heap.used + bytes > emulation::memory_bytes()) return cudaErrorMemoryAllocation;
  *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  if (*data == nullptr) return cudaErrorMemoryAllocation;
  std::memset(*data, 0xFF, bytes);
  heap.sizes[*data] = bytes;
  heap.used += bytes;
  return cudaSuccess;
}
cudaError_t cudaFree(void* data) {
  emulation::Heap& heap = emulation::heap();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  heap.used -= heap.sizes[data];
  heap.sizes.erase(data);
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaHostAlloc(void** data, size_t bytes, unsigned) {
  *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  return *data == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}
cudaError_t cudaFreeHost(void* data) {
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  *total = emulation::memory_bytes();
  *free = *total - std::min(*total, emulation::heap().used);
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t) {
  return emulation::run([=] { std::memset(data, value, bytes); });
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind,
                            cudaStream_t) {
  return emulation::run([=] { std::memcpy(to, from, bytes); });
}
// Waiting is an error in a capture, as CUDA has it.
cudaError_t cudaStreamSynchronize(cudaStream_t) {
  return emulation::capturing == nullptr ? cudaSuccess : cudaErrorLaunchFailure;
}
cudaError_t cudaStreamQuery(cudaStream_t stream) { return cudaStreamSynchronize(stream); }

cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  emulation::capturing = new EmulatedGraph;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  *graph = emulation::capturing;
  emulation::capturing = nullptr;
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long) {
  *made = new EmulatedGraph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t) {
  if (emulation::fault("launch")) return cudaErrorLaunchFailure;
  for (const auto& operation : graph->operations) operation();
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) {
  delete graph;
  return cudaSuccess;
}
