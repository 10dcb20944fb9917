// A copy of all that a training run needs to continue: tensors and counters. The training thread
// takes it between two steps. Another thread reads it while the run goes on.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "core/cancel.h"
#include "core/host_memory.h"
#include "core/memory.h"
#include "train/step/stepper.h"

namespace thalweg {

// A named tensor of a trainer's state, in the device's memory: `parameters/NAME`,
// `slots/SLOT/NAME`, `averages/KIND/NAME` or `statistics/NAME`. Where an average is kept,
// `averagedStatistics/NAME` come last.
struct StateTensor {
  std::string name;
  float* data;
  int64_t length;  // floats
};

// A state cut into blocks. Where `is_host` is true, several threads copy blocks at the same time.
class StateBlocks {
 public:
  StateBlocks(const std::vector<StateTensor>& state, bool is_host);

  size_t bytes() const { return bytes_; }
  // Calls copy(data, offset in the state, bytes) for each block. Allocates nothing.
  template <class Copy>
  void each(const Copy& copy) const;

 private:
  struct Block {
    float* data;
    size_t offset;  // bytes into the state
    size_t bytes;
  };
  std::vector<Block> blocks_;
  size_t bytes_ = 0;
  bool is_host_;
};

class Snapshot {
 public:
  // Makes room for tensors of so many bytes in all, one after another. Throws MEMORY.
  explicit Snapshot(size_t bytes) : memory_(bytes), bytes_(bytes) {}

  char* data() const { return static_cast<char*>(memory_.data()); }
  size_t bytes() const { return bytes_; }

  // These copy a state into the snapshot and back. They throw SHAPE unless the state fills it
  // exactly, and Aborted where `cancel` is set.
  void take(const StateBlocks& state, Memory& memory, const CancelFlag* cancel = nullptr);
  void put_back(const StateBlocks& state, Memory& memory) const;
  void check_size(const StateBlocks& state) const;

  StepCounters counters;
  bool has_averaged_statistics = false;

  // Asks, on any thread, for a copy at the next free moment between two steps.
  void ask() { asked_.store(true, std::memory_order_relaxed); }
  bool is_asked() const { return asked_.load(std::memory_order_relaxed); }
  // One thread fills the snapshot. Another one then reads it and calls release().
  bool is_free() const { return !full_.load(std::memory_order_acquire); }
  void fill() {
    asked_.store(false, std::memory_order_relaxed);
    full_.store(true, std::memory_order_release);
  }
  void release() { full_.store(false, std::memory_order_release); }

 private:
  HostMemory memory_;
  size_t bytes_ = 0;
  std::atomic<bool> asked_{false};
  std::atomic<bool> full_{false};
};

}  // namespace thalweg
