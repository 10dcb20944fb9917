#include "core/threads.h"

#if defined(THALWEG_OPENMP)
#include <omp.h>
#endif
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <thread>
#include <vector>

#include "core/float_mode.h"

namespace thalweg {

namespace {

int default_thread_count() {
  if (const char* text = std::getenv("THALWEG_THREADS")) {
    const int count = std::atoi(text);
    if (count > 0) return count;
  }
  return processor_count();
}

std::atomic<int> requested_threads{0};

// Runs parts [first, last) and keeps the first exception of any thread.
class Section {
 public:
  explicit Section(FunctionRef<void(int64_t)> body) : body_(body) {}
  void run(int64_t first, int64_t last) noexcept {
    const FloatMode mode;
    try {
      for (int64_t part = first; part < last; ++part) body_(part);
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
    }
  }
  void rethrow() const {
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  const FunctionRef<void(int64_t)> body_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

#if defined(THALWEG_OPENMP)

// libgomp ends the process where it cannot start a thread. So a team grows only by threads
// that were there a moment ago: as many are started, all at once, and ended. Where fewer are
// to be had, it grows by those.

using Clock = std::chrono::steady_clock;

constexpr int kSpareThreads = 2;  // for others who start some meanwhile
constexpr std::chrono::seconds kRetry{1};

// The threads that OpenMP keeps for the calling thread, which is one of them.
thread_local int team_size = 1;
thread_local Clock::time_point next_try{};
thread_local bool is_steady = false;

// A thread counts for the system's limits until shortly after it was joined.
void wait_until_gone(pid_t thread) {
  constexpr int kMostTurns = 10'000;
  for (int turn = 0; turn < kMostTurns; ++turn) {
    if (syscall(SYS_tgkill, getpid(), thread, 0) != 0) return;
    sched_yield();
  }
}

// How many of so many threads are to be had.
int startable(int count) noexcept {
  struct Probe {
    std::thread thread;
    pid_t id = 0;
  };
  std::atomic<bool> over{false};
  std::vector<Probe> probes;
  int started = 0;
  try {
    probes.resize(count);
    for (; started < count; ++started)
      probes[started].thread = std::thread([&over, &id = probes[started].id] {
        id = static_cast<pid_t>(syscall(SYS_gettid));
        over.wait(false);
      });
  } catch (...) {  // no further thread, or no memory for one
  }
  over.store(true);
  over.notify_all();
  for (Probe& probe : probes) {
    if (!probe.thread.joinable()) continue;
    probe.thread.join();
    wait_until_gone(probe.id);
  }
  return started;
}

// The calling thread's team, of `wanted` threads or more where they are to be had.
int grow_team(int wanted) {
  if (wanted <= team_size) return team_size;
  if (omp_in_parallel()) return 1;
  const Clock::time_point now = Clock::now();
  if (now < next_try) return team_size;
  const auto lock = lock_thread_starts();
  const int more = startable(wanted - team_size + kSpareThreads) - kSpareThreads;
  if (more > 0) {
    int size = 1;  // what OpenMP makes of it: OMP_THREAD_LIMIT counts
#pragma omp parallel num_threads(team_size + more)
    {
#pragma omp master
      size = omp_get_num_threads();
    }  // the threads stay for later loops
    team_size = size;
  }
  if (team_size < wanted) next_try = is_steady ? Clock::time_point::max() : now + kRetry;
  return team_size;
}

#endif

}  // namespace

int processor_count() {
  static const int count = [] {
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0)
      return std::max(1, CPU_COUNT(&allowed));
    return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  }();
  return count;
}

int thread_count() {
  static const int fallback = default_thread_count();
  const int requested = requested_threads.load(std::memory_order_relaxed);
  return requested > 0 ? requested : fallback;
}

void set_thread_count(int count) { requested_threads.store(count, std::memory_order_relaxed); }

std::unique_lock<std::mutex> lock_thread_starts() {
  static std::mutex& mutex = *new std::mutex;
  return std::unique_lock<std::mutex>(mutex);
}

void parallel_for(int64_t parts, int threads, FunctionRef<void(int64_t)> body) {
  const int used = static_cast<int>(std::min<int64_t>(std::max(threads, 1), parts));
  Section section(body);
#if defined(THALWEG_OPENMP)
  const int team = used > 1 ? grow_team(used) : 1;
#else
  const int team = used;
#endif
  if (team <= 1) {
    section.run(0, parts);
    section.rethrow();
    return;
  }
#if defined(THALWEG_OPENMP)
  // The whole team, those with nothing to do as well: libgomp ends threads that a loop leaves out.
#pragma omp parallel num_threads(team)
  {
    const int members = std::min(used, omp_get_num_threads());
    const int member = omp_get_thread_num();
    if (member < members) section.run(parts * member / members, parts * (member + 1) / members);
  }
#else
  std::vector<std::thread> others;
  int started = 1;
  try {
    others.reserve(used - 1);
    for (; started < used; ++started)
      others.emplace_back([&section, parts, used, thread = started] {
        section.run(parts * thread / used, parts * (thread + 1) / used);
      });
  } catch (...) {  // no further thread: this one does its share
  }
  section.run(0, parts / used);
  section.run(parts * started / used, parts);
  for (std::thread& other : others) other.join();
#endif
  section.rethrow();
}

#if defined(THALWEG_OPENMP)

void release_threads() {
  omp_pause_resource(omp_pause_soft, omp_get_initial_device());
  team_size = 1;
}

LibraryLoops::LibraryLoops()
    : threads_(std::min(thread_count(), grow_team(thread_count()))),
      before_(omp_get_max_threads()) {
  if (threads_ != before_) omp_set_num_threads(threads_);
}
LibraryLoops::~LibraryLoops() {
  if (threads_ != before_) omp_set_num_threads(before_);
  team_size = std::min(team_size, threads_);  // libgomp has ended those that were left out
}

SteadyThreads::SteadyThreads() {
  next_try = {};
  is_steady = true;
}
SteadyThreads::~SteadyThreads() {
  next_try = {};
  is_steady = false;
}

#else

void release_threads() {}
LibraryLoops::LibraryLoops() : threads_(thread_count()) {}
LibraryLoops::~LibraryLoops() = default;
SteadyThreads::SteadyThreads() = default;
SteadyThreads::~SteadyThreads() = default;

#endif

}  // namespace thalweg
