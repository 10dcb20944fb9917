// The calls of the CUDA runtime. Memory is the host's, work runs at once, a
// capture keeps it. There are two GPUs, of which CUDA_VISIBLE_DEVICES may hide some.
// THALWEG_EMULATED_BYTES is the size of device memory. THALWEG_EMULATED_FAULT makes
// calls fail: no-device, no-driver, old-driver, old-card, other-card, mig; exclusive and no-room,
// for which a GPU takes no process; launch; call:N, the N-th
// call from when it was set, and all behind it; memory:N, the N-th allocation alone; launch:N, of
// the calls that queue or make something else, the N-th alone, for lack of memory.
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "backends/cuda/emulation/cuda_runtime.h"

struct EmulatedGraph {
  std::vector<std::function<void()>> operations;
};
// A thread's own stream runs at once. Others are as late as they may be: they run when
// somebody waits for them, so that a wait that is missing shows.
struct EmulatedStream {
  std::deque<std::function<void()>> operations;
  uint64_t queued = 0, run = 0;

  void run_until(uint64_t last) {
    for (; run < last; ++run) {
      operations.front()();
      operations.pop_front();
    }
  }
};
struct EmulatedEvent {
  EmulatedStream* stream = nullptr;
  uint64_t last = 0;  // of the stream, when it was recorded

  void wait() const {
    if (stream != nullptr) stream->run_until(last);
  }
};

namespace emulation {

void run_grid(const cudaLaunchConfig_t& config, const std::function<void()>& thread);

namespace {

thread_local EmulatedGraph* capturing = nullptr;

std::string uuid_of(int gpu) {
  return "GPU-00000000-0000-0000-0000-00000000000" + std::to_string(gpu + 1);
}

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool fault(const char* name) { return environment("THALWEG_EMULATED_FAULT") == name; }

// Counts the calls of one kind since the fault for them was set.
class CallCounter {
 public:
  explicit CallCounter(std::string prefix) : prefix_(std::move(prefix)) {}
  // How far this call is from the one that fails: 0 there, positive behind it.
  int64_t distance() {
    const std::lock_guard<std::mutex> lock(mutex_);
    const std::string wanted = environment("THALWEG_EMULATED_FAULT");
    if (wanted.rfind(prefix_, 0) != 0) {
      wanted_.clear();
      return -1;
    }
    if (wanted != wanted_) calls_ = 0;
    wanted_ = wanted;
    return calls_++ - std::stoll(wanted.substr(prefix_.size()));
  }

 private:
  const std::string prefix_;
  std::mutex mutex_;
  std::string wanted_;
  int64_t calls_ = 0;
};

// Every call asks this first.
cudaError_t next_call() {
  static CallCounter& calls = *new CallCounter("call:");
  return calls.distance() >= 0 ? cudaErrorLaunchFailure : cudaSuccess;
}
bool allocation_fails() {
  static CallCounter& allocations = *new CallCounter("memory:");
  return allocations.distance() == 0;
}
cudaError_t next_launch() {
  static CallCounter& launches = *new CallCounter("launch:");
  if (launches.distance() == 0) return cudaErrorMemoryAllocation;
  return next_call();
}
#define THALWEG_EMULATED_LAUNCH() \
  if (const cudaError_t failure = emulation::next_launch(); failure != cudaSuccess) return failure
#define THALWEG_EMULATED_CALL() \
  if (const cudaError_t failure = emulation::next_call(); failure != cudaSuccess) return failure

// The GPUs that CUDA_VISIBLE_DEVICES leaves, by number; as CUDA has it, none that
// stands behind an entry that is none.
constexpr int kGpus = 2;
std::vector<int> visible() {
  if (std::getenv("CUDA_VISIBLE_DEVICES") == nullptr) return {0, 1};
  std::vector<int> found;
  std::stringstream list(environment("CUDA_VISIBLE_DEVICES"));
  for (std::string entry; std::getline(list, entry, ',');) {
    int gpu = 0;
    while (gpu < kGpus && entry != std::to_string(gpu) && entry != uuid_of(gpu)) ++gpu;
    if (gpu == kGpus) break;
    found.push_back(gpu);
  }
  return found;
}

size_t memory_bytes() {
  const std::string wanted = environment("THALWEG_EMULATED_BYTES");
  return wanted.empty() ? size_t{8} << 30 : std::stoull(wanted);
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

}  // namespace

cudaError_t run(std::function<void()> operation) {
  if (capturing != nullptr)
    capturing->operations.push_back(std::move(operation));
  else
    operation();
  return cudaSuccess;
}

cudaError_t library_call() { return next_launch(); }

cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread) {
  THALWEG_EMULATED_LAUNCH();
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
    case cudaErrorStreamCaptureUnsupported:
      return "cudaErrorStreamCaptureUnsupported";
    default:
      return "cudaError";
  }
}
const char* cudaGetErrorString(cudaError_t) { return "emulated"; }
cudaError_t cudaGetLastError() { return cudaSuccess; }

cudaError_t cudaDriverGetVersion(int* version) {
  *version = emulation::fault("old-driver") ? 11040 : 13000;
  if (emulation::fault("no-driver")) *version = 0;
  return cudaSuccess;
}
cudaError_t cudaRuntimeGetVersion(int* version) {
  *version = 13000;
  return cudaSuccess;
}
cudaError_t cudaGetDeviceCount(int* count) {
  *count = emulation::fault("no-device") ? 0 : static_cast<int>(emulation::visible().size());
  if (emulation::fault("old-driver") || emulation::fault("no-driver"))
    return cudaErrorInsufficientDriver;
  return *count == 0 ? cudaErrorNoDevice : cudaSuccess;
}
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int ordinal) {
  *properties = {};
  std::strcpy(properties->name,
              emulation::fault("mig") ? "emulated GPU MIG 1g.1gb" : "emulated GPU");
  properties->uuid.bytes[15] = static_cast<char>(emulation::visible().at(ordinal) + 1);
  properties->major = emulation::fault("old-card") ? 6 : emulation::fault("other-card") ? 8 : 9;
  properties->totalGlobalMem = emulation::memory_bytes();
  return cudaSuccess;
}
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr, int) {
  THALWEG_EMULATED_CALL();
  *value = 2;
  return cudaSuccess;
}
cudaError_t cudaSetDevice(int) {
  if (emulation::fault("exclusive")) return cudaErrorDevicesUnavailable;
  if (emulation::fault("no-room")) return cudaErrorMemoryAllocation;
  return emulation::next_call();
}

// Filled with ones, which are NaNs: what is read must have been written.
cudaError_t cudaMalloc(void** data, size_t bytes) {
  THALWEG_EMULATED_CALL();
  if (emulation::capturing != nullptr) return cudaErrorStreamCaptureUnsupported;
  emulation::Heap& heap = emulation::heap();
  const std::lock_guard<std::mutex> lock(heap.mutex);
  if (heap.used + bytes > emulation::memory_bytes() || emulation::allocation_fails())
    return cudaErrorMemoryAllocation;
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
  THALWEG_EMULATED_CALL();
  if (emulation::capturing != nullptr) return cudaErrorStreamCaptureUnsupported;
  if (emulation::allocation_fails()) return cudaErrorMemoryAllocation;
  *data = std::aligned_alloc(256, (bytes + 255) / 256 * 256);
  return *data == nullptr ? cudaErrorMemoryAllocation : cudaSuccess;
}
cudaError_t cudaFreeHost(void* data) {
  std::free(data);
  return cudaSuccess;
}
cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  THALWEG_EMULATED_CALL();
  *total = emulation::memory_bytes();
  *free = *total - std::min(*total, emulation::heap().used);
  return cudaSuccess;
}
cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t) {
  THALWEG_EMULATED_LAUNCH();
  return emulation::run([=] { std::memset(data, value, bytes); });
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
  THALWEG_EMULATED_CALL();
  // CUDA would copy what lies at the host's address when the graph is replayed.
  if (emulation::capturing != nullptr && kind != cudaMemcpyDeviceToDevice)
    return cudaErrorStreamCaptureUnsupported;
  if (stream != nullptr) {
    stream->operations.emplace_back([=] { std::memcpy(to, from, bytes); });
    ++stream->queued;
    return cudaSuccess;
  }
  return emulation::run([=] { std::memcpy(to, from, bytes); });
}
// Waiting and allocating are errors in a capture, as CUDA has it.
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  THALWEG_EMULATED_CALL();
  if (stream != nullptr) stream->run_until(stream->queued);
  return emulation::capturing == nullptr ? cudaSuccess : cudaErrorStreamCaptureUnsupported;
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  THALWEG_EMULATED_LAUNCH();
  *stream = new EmulatedStream;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  delete stream;
  return cudaSuccess;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  THALWEG_EMULATED_CALL();
  if (stream == nullptr) event->wait();
  return cudaSuccess;
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  THALWEG_EMULATED_LAUNCH();
  *event = new EmulatedEvent;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  THALWEG_EMULATED_CALL();
  *event = {stream, stream == nullptr ? 0 : stream->queued};
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  THALWEG_EMULATED_CALL();
  event->wait();
  return cudaSuccess;
}
cudaError_t cudaStreamQuery(cudaStream_t stream) { return cudaStreamSynchronize(stream); }

cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  THALWEG_EMULATED_LAUNCH();
  emulation::capturing = new EmulatedGraph;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  *graph = std::exchange(emulation::capturing, nullptr);
  const cudaError_t failure = emulation::next_launch();
  if (failure != cudaSuccess) delete std::exchange(*graph, nullptr);
  return failure;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long) {
  THALWEG_EMULATED_LAUNCH();
  *made = new EmulatedGraph(*graph);
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t) {
  THALWEG_EMULATED_LAUNCH();
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
