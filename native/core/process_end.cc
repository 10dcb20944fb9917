#include "core/process_end.h"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace thalweg {

namespace {

// Jobs check for the end between operations and inside long ones (core/cancel.h). But a product of
// a very large batch, or a device that hangs, could take longer than anybody waits.
constexpr std::chrono::milliseconds kLongestWait{80};

std::atomic<bool> ending{false};
std::atomic<int> running_jobs{0};

// _exit skips Node's own handlers, which reset a terminal from raw mode. So this function resets
// it.
void leave(int status, void*) {
  using Reset = int (*)();
  if (const auto reset = reinterpret_cast<Reset>(dlsym(RTLD_DEFAULT, "uv_tty_reset_mode"))) reset();
  _exit(status);
}

}  // namespace

// On x86-64 this load costs no more than a relaxed one.
bool process_is_ending() { return ending.load(); }

void end_jobs() {
  ending.store(true);
  const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
  while (running_jobs.load() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // The handler is registered last, so it runs first and ends the process before any destructor.
  // Destructors must not run while a job does.
  if (running_jobs.load() > 0) on_exit(&leave, nullptr);
}

// All accesses of both variables are sequentially consistent. So either end_jobs() sees this job,
// or this job sees the end.
RunningJob::RunningJob() { running_jobs.fetch_add(1); }
RunningJob::~RunningJob() { running_jobs.fetch_sub(1); }

}  // namespace thalweg
