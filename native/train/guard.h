// Finds corruption that nothing else sees. A step computed twice from the same state
// must end in the same bits, and state that no step moves must stay as it is: else the
// processor or its memory errs, or something else writes there.
#pragma once

#include <cstdint>
#include <vector>

#include "train/snapshot.h"

namespace thalweg {

class Guard {
 public:
  // Of the tensors, which outlive it. Throws MEMORY.
  Guard(const std::vector<StateTensor>& state, Memory& memory, bool is_host);

  // Bytes that it takes.
  static size_t bytes_for(const std::vector<StateTensor>& state);

  // The state before a step, to go back to.
  void keep(const StepCounters& counters, const CancelFlag& cancel);
  void put_back() const;  // takes no memory
  const StepCounters& counters() const { return before_.counters; }

  // XXH64 of each tensor. Throws Aborted, where `cancel` is set.
  using Digests = std::vector<uint64_t>;
  Digests digests(const CancelFlag* cancel = nullptr);

  // CORRUPTION, naming the tensors whose digests differ, unless none does; `how`: where
  // the others were found.
  void compare(const Digests& before, const Digests& now, const std::string& how) const;

 private:
  const std::vector<StateTensor>& state_;
  StateBlocks blocks_;
  Memory& memory_;
  bool is_host_;
  Snapshot before_;
  std::vector<float> copy_;  // of a device's tensor
};

}  // namespace thalweg
