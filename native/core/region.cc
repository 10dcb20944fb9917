#include "core/region.h"

#include "core/futex.h"
#include "core/spin.h"

namespace thalweg {

bool Region::try_own() {
  return !owned_.load(std::memory_order_relaxed) &&
         !owned_.exchange(true, std::memory_order_acquire);
}

void Region::open(int64_t parts, int workers, LoopState* loop) {
  workers_ = workers;
  loop_ = loop;
  for (int i = 0; i < workers; ++i)
    shares_[i].set(static_cast<uint32_t>(parts * i / workers),
                   static_cast<uint32_t>(parts * (i + 1) / workers));
  gate_.store(kOpen, std::memory_order_release);
}

void Region::leave(int64_t awake) {
  const uint32_t gate = gate_.fetch_and(~kOpen, std::memory_order_acquire) & ~kOpen;
  if ((gate & kInside) != 0) wait_until_empty(gate, awake);
  owned_.store(false, std::memory_order_release);
}

void Region::wait_until_empty(uint32_t gate, int64_t awake) {
  spin_for(awake, [&] {
    gate = gate_.load(std::memory_order_acquire);
    return (gate & kInside) == 0;
  });
  while ((gate & kInside) != 0) {
    if ((gate & kOwnerSleeps) == 0) {
      if (!gate_.compare_exchange_weak(gate, gate | kOwnerSleeps, std::memory_order_acquire))
        continue;
      gate |= kOwnerSleeps;
    }
    futex_wait(gate_, gate);
    gate = gate_.load(std::memory_order_acquire);
  }
}

int Region::enter() {
  uint32_t gate = gate_.load(std::memory_order_relaxed);
  while ((gate & kOpen) != 0)
    if (gate_.compare_exchange_weak(gate, gate + 1, std::memory_order_acquire))
      return static_cast<int>(gate & kInside) + 1;
  return 0;
}

void Region::exit() {
  const uint32_t gate = gate_.fetch_sub(1, std::memory_order_release) - 1;
  // The owner may have left meanwhile, and a new owner may sleep here. It wakes, checks the gate,
  // and sleeps again.
  if ((gate & kOwnerSleeps) != 0 && (gate & kInside) == 0) futex_wake(gate_, 1);
}

// No field changes while a helper is inside, because the owner waits for it.
bool Region::help(int helper) {
  const int inside = enter();
  if (inside == 0) return false;
  const bool is_wanted = inside < workers_ && has_parts();
  if (is_wanted) work(1 + (helper - 1) % (workers_ - 1), [] {});
  exit();
  return is_wanted;
}

bool Region::has_parts() const {
  for (int i = 0; i < workers_; ++i)
    if (!shares_[i].is_empty()) return true;
  return false;
}

void Region::run_part(int64_t part) noexcept {
  try {
    loop_->body(part);
  } catch (...) {
    if (!loop_->failed.exchange(true, std::memory_order_relaxed))
      loop_->failure = std::current_exception();
  }
}

void Region::reset() {
  gate_.store(0);
  owned_.store(false);
}

}  // namespace thalweg
