// Streams of the emulated GPUs. What is queued runs late, as chance has it: when somebody waits for
// it, a little at a query, and now and then beside another call. It runs on the thread that calls.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// Runs on the device; its error is the device's from then on.
using Operation = std::function<cudaError_t()>;

// Every call of the emulation holds this lock, and so does all work that it runs.
class Lock {
 public:
  Lock();

 private:
  std::unique_lock<std::recursive_mutex> held_;
};

// Queues (into a capture, where the thread's stream has one) an operation; not on a device that is
// lost.
cudaError_t enqueue(cudaStream_t stream, Operation operation);
// Runs all that is queued, on every stream of every device.
void run_all();
// Forgets all that is queued.
void drop_all();
// True where the thread's stream is in a capture, which then is spoilt: nothing that waits or
// allocates may be called meanwhile.
bool refuse_in_capture();

}  // namespace emulation

struct EmulatedStream {
  int device;
  std::deque<emulation::Operation> operations;
  uint64_t queued = 0, begun = 0;  // operations so far
};
