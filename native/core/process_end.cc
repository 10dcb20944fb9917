#include "core/process_end.h"

#include <atomic>
#include <chrono>
#include <thread>

namespace thalweg {

namespace {

// Jobs stop between two operations. None is that long but a full batch of a large network.
constexpr std::chrono::seconds kLongestWait{2};

std::atomic<bool> ending{false};
std::atomic<int> running_jobs{0};

}  // namespace

// On x86-64 a plain load, and so is the one that lets a job begin.
bool process_is_ending() { return ending.load(); }

void end_jobs() {
  ending.store(true);
  const auto deadline = std::chrono::steady_clock::now() + kLongestWait;
  while (running_jobs.load() > 0 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

// Sequentially consistent, all four: either the end sees this job, or the job the end.
RunningJob::RunningJob() { running_jobs.fetch_add(1); }
RunningJob::~RunningJob() { running_jobs.fetch_sub(1); }

}  // namespace thalweg
