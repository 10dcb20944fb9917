#include "train/loop/job_thread.h"

#include <utility>

namespace thalweg {

JobThread::~JobThread() { stop(); }

void JobThread::post(Job job) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (stopping_) return;
  // The thread starts first, because that may throw. Otherwise a job would wait for a thread that
  // does not exist.
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  jobs_.push_back(std::move(job));
  wake_.notify_one();
}

void JobThread::stop() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    jobs_.clear();
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void JobThread::run() {
  for (;;) {
    Job job;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      wake_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
      if (stopping_) return;
      job = std::move(jobs_.front());
      jobs_.erase(jobs_.begin());
    }
    job();
  }
}

}  // namespace thalweg
