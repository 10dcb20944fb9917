// The process's helper threads. They are started by the first loops long enough to want them, serve
// all callers, and are never ended: the addon stays loaded (its link says so).
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
  // Runs the loop on the caller and its helpers. False, and nothing has run, where the caller does
  // better alone: within another loop, or beside more callers than the pool has room for.
  bool run(const Loop& loop);

 private:
  // Callers at once that helpers serve; one more works alone.
  static constexpr int kRegions = 8;

  void help(int helper);
  void sleep(uint32_t seen);
  // Sleeps apart from the others, whom every loop may wake, until more threads are wanted.
  void park(int helper);
  bool serve(int helper);
  bool wait_awake(uint32_t seen);
  // Whether a loop of so many helpers has some to start or to wake.
  bool lacks(int helpers) const;
  // Whether helpers are parked of whom the thread count, or the loop, has need.
  bool has_parked_too_many(int helpers) const;
  // Starts helpers that are missing, and wakes those that sleep.
  void wake(int helpers);
  void start(int helpers);
  bool start_one(int helper);
  int64_t awake() const;
  void after_fork();

  Region regions_[kRegions];
  // Counts the loops: a helper sleeps while it stands still.
  alignas(64) std::atomic<uint32_t> loops_{0};
  std::atomic<int> sleepers_{0};
  // Counts the calls that end parking.
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
