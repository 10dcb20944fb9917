// One job beside the training thread: gathering the next batch while a step runs.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "train/job_thread.h"

namespace thalweg {

class Prefetch {
 public:
  ~Prefetch() { finish(); }

  // What the job refers to must live until wait().
  void start(JobThread::Job job) {
    const std::lock_guard<std::mutex> lock(mutex_);  // the job ends no sooner
    thread_.post([this, job = std::move(job)] {
      try {
        job();
      } catch (...) {
        failure_ = std::current_exception();
      }
      const std::lock_guard<std::mutex> lock(mutex_);
      running_ = false;
      done_.notify_one();
    });
    running_ = true;
  }

  // Returns when the job, if any, has run; throws what it threw.
  void wait() {
    finish();
    if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  }

 private:
  void finish() {
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return !running_; });
  }

  std::exception_ptr failure_;
  std::mutex mutex_;
  std::condition_variable done_;
  bool running_ = false;  // guarded by mutex_
  JobThread thread_;      // joined before done_ goes
};

}  // namespace thalweg
