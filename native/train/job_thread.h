// One thread that runs jobs in order: the native loop of a trainer, apart from
// libuv's pool, whose four threads file reads need. Kept between jobs.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace thalweg {

class JobThread {
 public:
  using Job = std::function<void()>;

  JobThread() = default;
  // Drops queued jobs and waits for the running one; cancel it first.
  ~JobThread();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  // Jobs catch their own exceptions. The thread starts with the first job; where
  // the system has none to give, throws std::system_error, and nothing has changed.
  void post(Job job);
  // As the destructor; later posts are dropped.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> jobs_;  // one, as a rule
  std::thread thread_;
  bool stopping_ = false;
};

}  // namespace thalweg
