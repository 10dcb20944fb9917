#include "core/pool.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>

#include "core/float_mode.h"
#include "core/futex.h"
#include "core/spin.h"

namespace thalweg {

namespace {

// All times are in nanoseconds. A helper spins for kAwake before it sleeps. This is longer than the
// short products between two loops of a small network's step.
constexpr int64_t kAwake = 50'000;
// A loop that has run for kLong wakes helpers. A shorter loop would lose more time by waking than
// it gains.
constexpr int64_t kLong = 20'000;
// If the system preempts a helper twice within kOften, there are more ready threads than
// processors. Then no thread spins for kBusy, since spinning takes time from the thread that it
// waits for.
constexpr int64_t kOften = 10'000'000, kBusy = 20'000'000;
// If the system cannot start a thread, the pool tries again after kRetry.
constexpr int64_t kRetry = 1'000'000'000;

// True while the calling thread works on a loop.
thread_local bool is_inside = false;

class Inside {
 public:
  Inside() { is_inside = true; }
  ~Inside() { is_inside = false; }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  const FloatMode mode_;
};

// Counts how often the system preempts the calling thread.
class Preemptions {
 public:
  // Returns true if the thread was preempted since the last call, and also within kOften before
  // that.
  bool are_frequent() {
    const int64_t count = read();
    if (count == count_) return false;
    const int64_t now = now_nanoseconds();
    const bool is_again = count > count_ + 1 || now - last_ < kOften;
    count_ = count;
    last_ = now;
    return is_again;
  }

 private:
  static int64_t read() {
    rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nivcsw : 0;
  }

  int64_t count_ = read();
  int64_t last_ = INT64_MIN / 2;
};

// Returns true if the thread count was lowered since the helper started. Helpers are numbered from
// 1.
bool is_surplus(int helper) { return helper >= thread_count(); }

// The pool is never destroyed, because helpers outlive static destructors.
constinit Pool the_pool;

}  // namespace

Pool& pool() { return the_pool; }

bool Pool::run(const Loop& loop) {
  if (is_inside || loop.parts > INT32_MAX) return false;
  Region* const region =
      std::find_if(regions_, regions_ + kRegions, [](Region& each) { return each.try_own(); });
  if (region == regions_ + kRegions) return false;
  const int workers = static_cast<int>(std::min<int64_t>({loop.parts, loop.threads, kMostThreads}));
  LoopState state{.body = loop.body};
  region->open(loop.parts, workers, &state);
  loops_.fetch_add(1);
  bool woken = loop.wakes_at_once;
  if (woken) wake(workers - 1);
  {
    const Inside inside;
    const int64_t begun = woken ? 0 : now_nanoseconds();
    region->work(0, [&] {
      if (woken || !lacks(workers - 1)) return;
      if (now_nanoseconds() - begun < kLong || !region->has_parts()) return;
      woken = true;
      wake(workers - 1);
    });
  }
  region->leave(awake());
  if (state.failure) std::rethrow_exception(state.failure);
  return true;
}

bool Pool::lacks(int helpers) const {
  return sleepers_.load(std::memory_order_relaxed) > 0 ||
         started_.load(std::memory_order_relaxed) < helpers || has_parked_too_many(helpers);
}

bool Pool::has_parked_too_many(int helpers) const {
  const int parked = parked_.load(std::memory_order_relaxed);
  const int wanted = std::max(helpers, thread_count() - 1);
  return parked > 0 && started_.load(std::memory_order_relaxed) - parked < wanted;
}

// run() counts the loop and then reads the sleepers. sleep() counts itself and then reads the
// loops. So either the caller sees the sleeper, or the helper sees the loop.
void Pool::wake(int helpers) {
  if (started_.load(std::memory_order_relaxed) < helpers) start(helpers);
  const int sleepers = sleepers_.load();
  if (sleepers > 0) futex_wake(loops_, std::min(sleepers, helpers));
  if (!has_parked_too_many(helpers)) return;
  unparkings_.fetch_add(1);
  futex_wake(unparkings_, kMostThreads);
}

int64_t Pool::awake() const {
  return now_nanoseconds() < busy_until_.load(std::memory_order_relaxed) ? 0 : kAwake;
}

// ---- helpers ----------------------------------------------------------------------------------

bool Pool::serve(int helper) {
  const Inside inside;
  bool served = false;
  for (Region& region : regions_) served |= region.help(helper);
  return served;
}

void Pool::help(int helper) {
  serve(helper);  // the loop for which it was started
  for (Preemptions preemptions;;) {
    const uint32_t seen = loops_.load();
    if (is_surplus(helper)) park(helper);
    if (serve(helper) || is_surplus(helper) || wait_awake(seen)) continue;
    if (preemptions.are_frequent())
      busy_until_.store(now_nanoseconds() + kBusy, std::memory_order_relaxed);
    sleep(seen);
  }
}

bool Pool::wait_awake(uint32_t seen) {
  const int64_t time = awake();
  return time > 0 && spin_for(time, [&] { return loops_.load(std::memory_order_relaxed) != seen; });
}

void Pool::sleep(uint32_t seen) {
  sleepers_.fetch_add(1);
  if (loops_.load() == seen) futex_wait(loops_, seen);
  sleepers_.fetch_sub(1);
}

// If a helper parks while the thread count is raised, this loop may not wake it. The next loop
// does.
void Pool::park(int helper) {
  const uint32_t seen = unparkings_.load();
  parked_.fetch_add(1);
  if (is_surplus(helper)) futex_wait(unparkings_, seen);
  parked_.fetch_sub(1);
}

// ---- starting ---------------------------------------------------------------------------------

// One caller at a time starts helpers. Other callers go on without them.
void Pool::start(int helpers) {
  if (now_nanoseconds() < next_start_.load(std::memory_order_relaxed)) return;
  if (starting_.exchange(true, std::memory_order_acquire)) return;
  static const int registered = pthread_atfork(nullptr, nullptr, [] { the_pool.after_fork(); });
  static_cast<void>(registered);
  // Helpers block all signals but those that their own faults raise. So other threads handle
  // signals.
  sigset_t all, before;
  sigfillset(&all);
  for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS}) sigdelset(&all, fault);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  while (started_.load(std::memory_order_relaxed) < helpers) {
    if (!start_one(started_.load(std::memory_order_relaxed) + 1)) {
      next_start_.store(now_nanoseconds() + kRetry, std::memory_order_relaxed);
      break;
    }
    started_.fetch_add(1, std::memory_order_relaxed);
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  starting_.store(false, std::memory_order_release);
}

bool Pool::start_one(int helper) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return false;
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  const auto entry = [](void* number) -> void* {
    pthread_setname_np(pthread_self(), "thalweg-helper");
    the_pool.help(static_cast<int>(reinterpret_cast<intptr_t>(number)));
    return nullptr;
  };
  pthread_t thread;
  void* const number = reinterpret_cast<void*>(static_cast<intptr_t>(helper));
  const bool is_started = pthread_create(&thread, &attributes, entry, number) == 0;
  pthread_attr_destroy(&attributes);
  return is_started;
}

// A forked child has only the thread that forked. It starts helpers of its own.
void Pool::after_fork() {
  started_.store(0);
  sleepers_.store(0);
  parked_.store(0);
  starting_.store(false);
  for (Region& region : regions_) region.reset();
}

}  // namespace thalweg
