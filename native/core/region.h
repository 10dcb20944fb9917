// One parallel loop while it runs in the pool: who may enter, which parts are left, what failed.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>

#include "core/function_ref.h"
#include "core/thread_count.h"

namespace thalweg {

// The parts [first, last) that a thread takes by preference, from the front; others, who have none
// left, take them from the back. So a thread meets the same parts of the same arrays in each loop,
// and they stay in its processor's cache.
class alignas(64) Share {
 public:
  void set(uint32_t first, uint32_t last) {
    range_.store(pack(first, last), std::memory_order_relaxed);
  }
  // Claims a part; false where none is left.
  bool take_front(int64_t* part) {
    uint64_t range = range_.load(std::memory_order_relaxed);
    while (first(range) < last(range))
      if (range_.compare_exchange_weak(range, pack(first(range) + 1, last(range)),
                                       std::memory_order_relaxed)) {
        *part = first(range);
        return true;
      }
    return false;
  }
  bool take_back(int64_t* part) {
    uint64_t range = range_.load(std::memory_order_relaxed);
    while (first(range) < last(range))
      if (range_.compare_exchange_weak(range, pack(first(range), last(range) - 1),
                                       std::memory_order_relaxed)) {
        *part = last(range) - 1;
        return true;
      }
    return false;
  }
  bool is_empty() const {
    const uint64_t range = range_.load(std::memory_order_relaxed);
    return first(range) >= last(range);
  }

 private:
  static uint64_t pack(uint32_t first, uint32_t last) { return uint64_t{last} << 32 | first; }
  static uint32_t first(uint64_t range) { return static_cast<uint32_t>(range); }
  static uint32_t last(uint64_t range) { return static_cast<uint32_t>(range >> 32); }

  std::atomic<uint64_t> range_{0};
};

// The threads of a loop share this; it lies on the owner's stack.
struct LoopState {
  FunctionRef<void(int64_t part)> body;
  std::atomic<bool> failed{false};
  std::exception_ptr failure = nullptr;
};

class alignas(64) Region {
 public:
  // The calling thread has the region until it leaves; false where another has it.
  bool try_own();

  // Owner: lets helpers in, up to workers - 1.
  void open(int64_t parts, int workers, LoopState* loop);
  // Owner: lets nobody in any more, waits for those inside and gives the region back. Waits awake
  // for so many nanoseconds, then asleep.
  void leave(int64_t awake);

  // Helper: enters, runs parts and goes out again; false where there was nothing to do.
  bool help(int helper);
  // Runs parts until none is left. Calls after_part() after each.
  template <class AfterPart>
  void work(int home, AfterPart after_part);

  bool has_parts() const;
  // In a forked child, which has none of the threads.
  void reset();

 private:
  // The gate's bits: helpers may enter; the owner sleeps; and the number of helpers inside.
  static constexpr uint32_t kOpen = 1u << 31, kOwnerSleeps = 1u << 30, kInside = kOwnerSleeps - 1;

  // The number of helpers inside, this one included; 0 where the gate is shut.
  int enter();
  void exit();
  void wait_until_empty(uint32_t gate, int64_t awake);
  void run_part(int64_t part) noexcept;
  bool take(int share, bool is_home, int64_t* part) {
    return is_home ? shares_[share].take_front(part) : shares_[share].take_back(part);
  }

  std::atomic<uint32_t> gate_{0};
  std::atomic<bool> owned_{false};
  int workers_ = 0;
  LoopState* loop_ = nullptr;
  Share shares_[kMostThreads];
};

template <class AfterPart>
void Region::work(int home, AfterPart after_part) {
  for (int turn = 0; turn < workers_; ++turn) {
    const int share = (home + turn) % workers_;
    int64_t part = 0;
    while (!loop_->failed.load(std::memory_order_relaxed) && take(share, turn == 0, &part)) {
      run_part(part);
      after_part();
    }
  }
}

}  // namespace thalweg
