// One job beside the training thread: gathering the next batch while a step runs.
#pragma once

#include <exception>
#include <semaphore>
#include <utility>

#include "train/job_thread.h"

namespace thalweg {

class Prefetch {
 public:
  ~Prefetch() { finish(); }

  // What the job refers to must live until wait().
  void start(JobThread::Job job) {
    thread_.post([this, job = std::move(job)] {
      try {
        job();
      } catch (...) {
        failure_ = std::current_exception();
      }
      done_.release();
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
    if (!running_) return;
    done_.acquire();
    running_ = false;
  }

  std::exception_ptr failure_;
  std::binary_semaphore done_{0};
  bool running_ = false;
  JobThread thread_;  // joined before done_ goes
};

}  // namespace thalweg
