#include "core/threads.h"

#if defined(THALWEG_OPENMP)
#include <omp.h>
#endif
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

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

void parallel_for(int64_t parts, int threads, FunctionRef<void(int64_t)> body) {
  const int used = static_cast<int>(std::min<int64_t>(std::max(threads, 1), parts));
  Section section(body);
  if (used <= 1) {
    section.run(0, parts);
    section.rethrow();
    return;
  }
#if defined(THALWEG_OPENMP)
#pragma omp parallel for num_threads(used) schedule(static, 1)
  for (int thread = 0; thread < used; ++thread)
    section.run(parts * thread / used, parts * (thread + 1) / used);
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

void release_threads() {
#if defined(THALWEG_OPENMP)
  omp_pause_resource(omp_pause_soft, omp_get_initial_device());
#endif
}

}  // namespace thalweg
