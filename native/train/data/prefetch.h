// Runs one job beside the training thread: it gathers the next batch during a step.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "train/loop/job_thread.h"

namespace thalweg {

class Prefetch {
 public:
  ~Prefetch() { finish(); }

  // Starts the job. Whatever it refers to must live until wait().
  void start(JobThread::Job job) {
    const std::lock_guard<std::mutex> lock(mutex_);  // so the job cannot end before running_ is set
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

  // Waits for the job, if any, and throws what it threw.
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
  JobThread thread_;      // destroyed, and so joined, before done_
};

}  // namespace thalweg
