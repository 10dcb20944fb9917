// One job beside the training thread: gathering the next batch while a step runs.
#pragma once

#include <functional>
#include <semaphore>

#include "train/job_thread.h"

namespace thalweg {

class Prefetch {
 public:
  ~Prefetch() { wait(); }

  // The job must not throw, and what it refers to must live until wait().
  void start(JobThread::Job job) {
    thread_.post([this, job = std::move(job)] {
      job();
      done_.release();
    });
    running_ = true;
  }

  // Returns when the job, if any, has run.
  void wait() {
    if (!running_) return;
    done_.acquire();
    running_ = false;
  }

 private:
  std::binary_semaphore done_{0};
  bool running_ = false;
  JobThread thread_;  // joined before done_ goes
};

}  // namespace thalweg
