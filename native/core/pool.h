// The helper threads of the process. Loops that are long enough start them, and all callers share
// them. They never end, so the addon is linked to stay loaded (-z nodelete).
#pragma once

#include <atomic>
#include <cstdint>

#include "core/function_ref.h"
#include "core/region.h"
#include "core/thread_count.h"

namespace thalweg {

struct Loop {
  int64_t parts;
  int threads;
  bool wakes_at_once;
  FunctionRef<void(int64_t part)> body;
};

class Pool {
 public:
  // Runs the loop on the caller and on helpers. Returns false without running a part if the caller
  // is inside another loop, or if kRegions other callers use the pool. The caller then works alone.
  bool run(const Loop& loop);

 private:
  // The number of callers that helpers serve at the same time. Any further caller works alone.
  static constexpr int kRegions = 8;

  void help(int helper);
  void sleep(uint32_t seen);
  // Sleeps until more threads are wanted. Loops wake sleeping helpers, but not parked ones.
  void park(int helper);
  bool serve(int helper);
  bool wait_awake(uint32_t seen);
  // Returns true if a loop for so many helpers has to start or to wake some.
  bool lacks(int helpers) const;
  // Returns true if the thread count or the loop needs helpers that are parked.
  bool has_parked_too_many(int helpers) const;
  // Starts missing helpers, and wakes sleeping and parked ones.
  void wake(int helpers);
  void start(int helpers);
  bool start_one(int helper);
  int64_t awake() const;
  void after_fork();

  Region regions_[kRegions];
  // Counts the loops. A helper sleeps until this number changes.
  alignas(64) std::atomic<uint32_t> loops_{0};
  std::atomic<int> sleepers_{0};
  // Counts the wake-ups of parked helpers.
  std::atomic<uint32_t> unparkings_{0};
  std::atomic<int> parked_{0};
  std::atomic<int> started_{0};
  std::atomic<bool> starting_{false};
  std::atomic<int64_t> next_start_{0};
  std::atomic<int64_t> busy_until_{0};
};

// The one pool of the process.
Pool& pool();

}  // namespace thalweg
