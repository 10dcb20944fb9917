#include "core/thread_count.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "core/cpu_quota.h"
#include "core/error.h"

namespace thalweg {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kFresh{100};

// Returns the number in THALWEG_THREADS, 0 if it is not set, and -1 if it is no number of threads.
int parse_variable(const char* text) {
  if (text == nullptr || *text == '\0') return 0;
  const size_t digits = std::strspn(text, "0123456789");
  if (digits == 0 || digits > 9 || text[digits] != '\0') return -1;
  const long count = std::strtol(text, nullptr, 10);
  return count >= 1 && count <= kMostThreads ? static_cast<int>(count) : -1;
}

// The variable is read once, when the addon is loaded. Later other threads may change the
// environment at the same time.
struct Variable {
  std::string text;
  int count;
};
const Variable& variable() {
  static const Variable& read = *new Variable([] {
    const char* text = std::getenv("THALWEG_THREADS");
    return Variable{text == nullptr ? "" : text, parse_variable(text)};
  }());
  return read;
}

// Returns the number of processors that the main thread may run on. Linux supports at most 8,192.
int affinity() {
  constexpr int kMostProcessors = 8192;
  cpu_set_t set[kMostProcessors / CPU_SETSIZE];
  if (sched_getaffinity(getpid(), sizeof set, set) != 0) return 1;
  return std::max(1, CPU_COUNT_S(sizeof set, set));
}

// Returns the quota in whole processors, or kMostThreads if there is none.
int quota() {
  return static_cast<int>(std::clamp(std::floor(cpu_quota()), 1.0, 0.0 + kMostThreads));
}

std::atomic<int> requested{0};
std::atomic<int> processors{0};  // 0: not read yet
std::atomic<Clock::rep> read_at{0};

int read_processors() {
  const int count = std::min({affinity(), quota(), kMostThreads});
  processors.store(count, std::memory_order_relaxed);
  return count;
}

std::string plural(int count) {
  return std::to_string(count) + (count == 1 ? " processor" : " processors");
}

}  // namespace

int processor_count() {
  const int count = processors.load(std::memory_order_relaxed);
  return count > 0 ? count : read_processors();
}

int thread_count() {
  const int chosen = requested.load(std::memory_order_relaxed);
  if (chosen > 0) return chosen;
  return variable().count > 0 ? variable().count : processor_count();
}

void refresh_thread_count() {
  const Clock::rep now = Clock::now().time_since_epoch().count();
  if (now - read_at.load(std::memory_order_relaxed) < Clock::duration(kFresh).count()) return;
  read_at.store(now, std::memory_order_relaxed);
  read_processors();
}

ThreadCount explain_thread_count() {
  read_processors();
  if (requested.load(std::memory_order_relaxed) > 0) return {thread_count(), "asked for"};
  if (variable().count > 0) return {variable().count, "THALWEG_THREADS"};
  const int allowed = affinity(), granted = quota();
  if (granted < std::min(allowed, kMostThreads))
    return {granted, "the control group's quota of processor time, less than " + plural(allowed)};
  if (kMostThreads < allowed)
    return {kMostThreads, "the largest number of threads, less than " + plural(allowed)};
  return {allowed, plural(allowed)};
}

void check_thread_variable() {
  if (variable().count >= 0) return;
  throw Error({ErrorCode::kRange, "THALWEG_THREADS", variable().text,
               "a whole number from 1 to " + std::to_string(kMostThreads),
               "unset it to use the processors there are"});
}

void read_thread_variable() { variable(); }

void set_thread_count(int count) {
  requested.store(std::clamp(count, 0, kMostThreads), std::memory_order_relaxed);
}

}  // namespace thalweg
