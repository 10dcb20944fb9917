// Streams of the emulated GPUs. Queued work runs on the calling thread: when a call waits for it, a
// little at each query, and at random beside other calls.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>

#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// An operation runs on the device. Where it returns an error, the device is lost.
using Operation = std::function<cudaError_t()>;

// Every call of the emulation holds this lock, and so does all work that it runs.
class Lock {
 public:
  Lock();

 private:
  std::unique_lock<std::recursive_mutex> held_;
};

// Queues an operation, into a capture where the thread's stream has one. Returns the error of a
// lost device.
cudaError_t enqueue(cudaStream_t stream, Operation operation);
// Runs all that is queued, on every stream of every device.
void run_all();
// Drops all that is queued.
void drop_all();
// Returns true where the thread's stream is in a capture, and spoils the capture. Calls that wait
// or allocate are refused there.
bool refuse_in_capture();

}  // namespace emulation

struct EmulatedStream {
  int device;
  std::deque<emulation::Operation> operations;
  uint64_t queued = 0, begun = 0;  // numbers of operations so far
};
