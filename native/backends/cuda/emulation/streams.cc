#include "backends/cuda/emulation/streams.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "backends/cuda/emulation/chance.h"
#include "backends/cuda/emulation/cuda_runtime.h"
#include "backends/cuda/emulation/device_memory.h"
#include "backends/cuda/emulation/devices.h"
#include "backends/cuda/emulation/faults.h"

using emulation::Operation;
using StreamOwner = std::shared_ptr<EmulatedStream>;

struct EmulatedGraph {
  int device;
  std::vector<Operation> operations;
};
struct EmulatedExecutable {
  std::shared_ptr<const EmulatedGraph> graph;  // launches in flight share it
};
struct EmulatedEvent {
  StreamOwner stream;
  uint64_t last = 0;  // number of the stream's operations when it was recorded
};

namespace emulation {

namespace {

std::recursive_mutex& device_mutex() {
  static std::recursive_mutex& shared = *new std::recursive_mutex;
  return shared;
}

// All streams, including those of threads.
std::vector<StreamOwner>& streams() {
  static std::vector<StreamOwner>& all = *new std::vector<StreamOwner>;
  return all;
}

struct Capture {
  std::unique_ptr<EmulatedGraph> graph;
  bool is_spoilt = false;
};
thread_local Capture capture;

void run_until(EmulatedStream& stream, uint64_t last) {
  if (stream.begun >= last) return;
  const Access access;
  while (stream.begun < last) {
    const Operation operation = std::move(stream.operations.front());
    stream.operations.pop_front();
    ++stream.begun;
    const cudaError_t error = operation();
    if (error != cudaSuccess) lose_device(error, false);
  }
}

void run_some(EmulatedStream& stream, uint64_t most) {
  run_until(stream, std::min(stream.queued, stream.begun + 1 + roll(most)));
}

// Lets work run beside a call that does not wait for it. A third of all seeds does this seldom, a
// third often, and a third never.
void run_beside() {
  constexpr uint64_t kOften[] = {0, 12, 3};
  const uint64_t often = kOften[seed() % 3];
  if (often != 0 && roll(often) == 0) run_some(*streams()[roll(streams().size())], 4);
}

void forget(const EmulatedStream* stream) {
  std::erase_if(streams(), [&](const StreamOwner& owner) { return owner.get() == stream; });
}

// A thread's own stream on each device. When the thread ends, its queued work still runs. When the
// process ends, it does not.
struct OwnStreams {
  std::map<int, StreamOwner> by_device;
  ~OwnStreams() {
    const Lock lock;
    for (const auto& [device, stream] : by_device) {
      if (syscall(SYS_gettid) != getpid()) run_until(*stream, stream->queued);
      forget(stream.get());
    }
  }
};

const StreamOwner& resolve(cudaStream_t stream) {
  thread_local OwnStreams own;
  if (stream != nullptr)
    return *std::find_if(streams().begin(), streams().end(),
                         [&](const StreamOwner& owner) { return owner.get() == stream; });
  StreamOwner& found = own.by_device[current_device()];
  if (found == nullptr) {
    found = StreamOwner(new EmulatedStream{current_device(), {}});
    streams().push_back(found);
  }
  return found;
}

bool is_captured(cudaStream_t stream) {
  return capture.graph != nullptr && stream == cudaStreamPerThread;
}

}  // namespace

Lock::Lock() : held_(device_mutex()) {}

cudaError_t enqueue(cudaStream_t stream, Operation operation) {
  if (is_captured(stream)) {
    capture.graph->operations.push_back(std::move(operation));
    return cudaSuccess;
  }
  const cudaError_t error = sticky_error();  // earlier work may have failed
  if (error != cudaSuccess) return error;
  const StreamOwner to = resolve(stream);
  to->operations.push_back(std::move(operation));
  ++to->queued;
  run_beside();
  return cudaSuccess;
}

void run_all() {
  const std::vector<StreamOwner> all = streams();
  for (const StreamOwner& stream : all) run_until(*stream, stream->queued);
}

void drop_all() {
  for (const StreamOwner& stream : streams()) {
    stream->operations.clear();
    stream->begun = stream->queued;
  }
}

bool refuse_in_capture() {
  if (capture.graph == nullptr) return false;
  capture.is_spoilt = true;
  return true;
}

}  // namespace emulation

using emulation::Lock;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  const Lock lock;
  THALWEG_EMULATED_LAUNCH();
  const StreamOwner made(new EmulatedStream{emulation::current_device(), {}});
  emulation::streams().push_back(made);
  *stream = made.get();
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  const Lock lock;
  emulation::run_until(*stream, stream->queued);
  emulation::forget(stream);
  return emulation::sticky_error();
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  const Lock lock;
  THALWEG_EMULATED_CALL();
  if (emulation::refuse_in_capture()) return cudaErrorStreamCaptureUnsupported;
  EmulatedStream& of = *emulation::resolve(stream);
  emulation::run_until(of, of.queued);
  emulation::close_memory();
  return emulation::sticky_error();
}
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  const Lock lock;
  THALWEG_EMULATED_CALL();
  if (emulation::refuse_in_capture()) return cudaErrorStreamCaptureUnsupported;
  EmulatedStream& of = *emulation::resolve(stream);
  emulation::run_some(of, 4);
  const cudaError_t error = emulation::sticky_error();
  if (error != cudaSuccess) return error;
  return of.begun == of.queued ? cudaSuccess : cudaErrorNotReady;
}
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
  const Lock lock;
  THALWEG_EMULATED_CALL();
  if (event->stream == nullptr) return cudaSuccess;
  // A replay would not wait for an event from outside the capture.
  if (emulation::is_captured(stream)) {
    emulation::refuse_in_capture();
    return cudaErrorStreamCaptureIsolation;
  }
  return emulation::enqueue(stream, [of = event->stream, last = event->last] {
    emulation::run_until(*of, last);
    return cudaSuccess;
  });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  const Lock lock;
  THALWEG_EMULATED_LAUNCH();
  *event = new EmulatedEvent;
  return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
  const Lock lock;
  delete event;
  return emulation::sticky_error();
}
cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
  const Lock lock;
  THALWEG_EMULATED_CALL();
  if (emulation::is_captured(stream)) {
    emulation::refuse_in_capture();
    return cudaErrorStreamCaptureUnsupported;
  }
  const StreamOwner& of = emulation::resolve(stream);
  *event = {of, of->queued};
  return cudaSuccess;
}
cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  const Lock lock;
  THALWEG_EMULATED_CALL();
  if (event->stream != nullptr) emulation::run_until(*event->stream, event->last);
  emulation::close_memory();
  return emulation::sticky_error();
}

cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  const Lock lock;
  THALWEG_EMULATED_LAUNCH();
  emulation::capture.graph.reset(new EmulatedGraph{emulation::current_device(), {}});
  emulation::capture.is_spoilt = false;
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  const Lock lock;
  emulation::Capture made = std::exchange(emulation::capture, {});
  *graph = nullptr;
  THALWEG_EMULATED_LAUNCH();
  if (made.is_spoilt) return cudaErrorStreamCaptureInvalidated;
  *graph = made.graph.release();
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* made, cudaGraph_t graph, unsigned long long) {
  const Lock lock;
  THALWEG_EMULATED_LAUNCH();
  *made = new EmulatedExecutable{std::make_shared<EmulatedGraph>(*graph)};
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t executable, cudaStream_t stream) {
  const Lock lock;
  THALWEG_EMULATED_LAUNCH();
  if (emulation::has_fault("launch")) return emulation::lose_device(cudaErrorLaunchFailure, true);
  if (emulation::is_captured(stream)) {
    emulation::refuse_in_capture();
    return cudaErrorStreamCaptureUnsupported;
  }
  const auto graph = executable->graph;
  if (emulation::resolve(stream)->device != graph->device) return cudaErrorInvalidValue;
  for (size_t i = 0; i < graph->operations.size(); ++i)
    emulation::enqueue(stream, [graph, i] { return graph->operations[i](); });
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return emulation::sticky_error();
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t executable) {
  delete executable;
  return emulation::sticky_error();
}
