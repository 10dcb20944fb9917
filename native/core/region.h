// The state of one parallel loop in the pool: the helpers inside, the parts that are left, and the
// failure.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>

#include "core/function_ref.h"
#include "core/thread_count.h"

namespace thalweg {

// The parts [first, last) of one thread, which takes them from the front. Threads that have
// finished their own share take parts from the back. So a thread meets the same parts of the same
// arrays in each loop, and they stay in its processor's cache.
class alignas(64) Share {
 public:
  void set(uint32_t first, uint32_t last) {
    range_.store(pack(first, last), std::memory_order_relaxed);
  }
  // Claims a part. Returns false if none is left.
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

// The threads of a loop share this state. It lies on the owner's stack.
struct LoopState {
  FunctionRef<void(int64_t part)> body;
  std::atomic<bool> failed{false};
  std::exception_ptr failure = nullptr;
};

class alignas(64) Region {
 public:
  // Gives the region to the calling thread until leave(). Returns false if another thread has it.
  bool try_own();

  // The owner lets up to workers - 1 helpers in.
  void open(int64_t parts, int workers, LoopState* loop);
  // The owner lets no more helpers in, waits for those inside, and gives the region back. It spins
  // for `awake` nanoseconds, and then sleeps.
  void leave(int64_t awake);

  // A helper enters, runs parts and leaves. Returns false if there was nothing to do.
  bool help(int helper);
  // Runs parts until none is left, the share `home` first. Calls after_part() after each part.
  template <class AfterPart>
  void work(int home, AfterPart after_part);

  bool has_parts() const;
  // Empties the region in a forked child, which has none of the helpers.
  void reset();

 private:
  // The bits of the gate: one is set while helpers may enter, one while the owner sleeps. The
  // others count the helpers inside.
  static constexpr uint32_t kOpen = 1u << 31, kOwnerSleeps = 1u << 30, kInside = kOwnerSleeps - 1;

  // Returns the number of helpers inside, including this one, or 0 if the gate is shut.
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
  for (int i = 0; i < workers_; ++i) {
    const int share = (home + i) % workers_;
    int64_t part = 0;
    while (!loop_->failed.load(std::memory_order_relaxed) && take(share, i == 0, &part)) {
      run_part(part);
      after_part();
    }
  }
}

}  // namespace thalweg
