#include "core/process_end.h"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

namespace thalweg {

namespace {

// Jobs stop between two operations. Longer ones ask for the end meanwhile (core/cancel.h); but one
// product of a very large batch, or a device that hangs, would take longer than anybody waits.
constexpr std::chrono::milliseconds kLongestWait{80};

std::atomic<bool> ending{false};
std::atomic<int> running_jobs{0};

// What Node's own handlers would do for the shell: a terminal does not stay in raw mode.
void leave(int status, void*) {
  using Reset = int (*)();
  if (const auto reset = reinterpret_cast<Reset>(dlsym(RTLD_DEFAULT, "uv_tty_reset_mode"))) reset();
  _exit(status);
}

}  // namespace

// On x86-64 a plain load, and so is the one that lets a job begin.
bool process_is_ending() { return ending.load(); }

void end_jobs() {
  ending.store(true);
  const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
  while (running_jobs.load() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  // Before all destructors, for it is registered last: they must not run under a live job.
  if (running_jobs.load() > 0) on_exit(&leave, nullptr);
}

// Sequentially consistent, all four: either the end sees this job, or the job the end.
RunningJob::RunningJob() { running_jobs.fetch_add(1); }
RunningJob::~RunningJob() { running_jobs.fetch_sub(1); }

}  // namespace thalweg
