// Finds corruption that nothing else notices: a step taken twice gives other bits, or a state that
// no step moves changes. Then the machine errs, or something else writes there.
#pragma once

#include <cstdint>
#include <vector>

#include "train/watch/snapshot.h"

namespace thalweg {

class Guard {
 public:
  // Guards these tensors, which outlive the guard. Throws MEMORY.
  Guard(const std::vector<StateTensor>& state, Memory& memory, bool is_host);

  // The number of bytes that a guard takes.
  static size_t bytes_for(const std::vector<StateTensor>& state);

  // Keeps the state before a step, for put_back(). Throws Aborted.
  void keep(const StepCounters& counters, const CancelFlag& cancel);
  void put_back() const;  // allocates nothing
  const StepCounters& counters() const { return before_.counters; }

  // The XXH64 of each tensor. Computing them throws Aborted where `cancel` is set.
  using Digests = std::vector<uint64_t>;
  Digests digests(const CancelFlag* cancel = nullptr);

  // Throws CORRUPTION where digests differ, naming the first such tensor. The error says "other
  // bits" and then `how`.
  void compare(const Digests& before, const Digests& now, const std::string& how) const;

 private:
  const std::vector<StateTensor>& state_;
  StateBlocks blocks_;
  Memory& memory_;
  bool is_host_;
  Snapshot before_;
  std::vector<float> copy_;  // a copy of a device's tensor
};

}  // namespace thalweg
