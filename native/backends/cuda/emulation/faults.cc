#include "backends/cuda/emulation/faults.h"

#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "backends/cuda/emulation/streams.h"

namespace emulation {

namespace {

// Counts the calls of one kind since the fault for them was set.
class CallCounter {
 public:
  explicit CallCounter(std::string prefix) : prefix_(std::move(prefix)) {}
  // Counts this call and returns its distance from the call that fails: 0 at that call, more than 0
  // after it. Returns a negative number before it, or where the fault is not set.
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

struct Sticky {
  std::mutex mutex;
  cudaError_t error = cudaSuccess;
  std::string fault;  // the fault that made it; empty: a kernel went wrong
};
Sticky& sticky() {
  static Sticky& shared = *new Sticky;
  return shared;
}

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool has_fault(const char* name) { return environment("THALWEG_EMULATED_FAULT") == name; }

cudaError_t sticky_error() {
  Sticky& kept = sticky();
  const std::lock_guard<std::mutex> lock(kept.mutex);
  if (!kept.fault.empty() && !has_fault(kept.fault.c_str())) {
    kept.error = cudaSuccess;
    kept.fault.clear();
  }
  return kept.error;
}

cudaError_t lose_device(cudaError_t error, bool by_fault) {
  const Lock device;
  drop_all();
  Sticky& kept = sticky();
  const std::lock_guard<std::mutex> lock(kept.mutex);
  kept.error = error;
  kept.fault = by_fault ? environment("THALWEG_EMULATED_FAULT") : "";
  return error;
}

cudaError_t next_call() {
  static CallCounter& calls = *new CallCounter("call:");
  const cudaError_t error = sticky_error();
  if (error != cudaSuccess) return error;
  return calls.distance() >= 0 ? lose_device(cudaErrorLaunchFailure, true) : cudaSuccess;
}

cudaError_t next_launch() {
  static CallCounter& launches = *new CallCounter("launch:");
  if (launches.distance() == 0) return cudaErrorMemoryAllocation;
  return next_call();
}

bool allocation_fails() {
  static CallCounter& allocations = *new CallCounter("memory:");
  return allocations.distance() == 0;
}

bool kernel_fails() {
  static CallCounter& kernels = *new CallCounter("kernel:");
  return kernels.distance() == 0;
}

}  // namespace emulation
