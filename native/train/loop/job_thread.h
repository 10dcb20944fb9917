// One thread that runs jobs in order, such as a trainer's native loop. It is kept between jobs.
// libuv's pool has only four threads, which file reads need.
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
  // Drops queued jobs and waits for the running one, which should be cancelled before.
  ~JobThread();
  JobThread(const JobThread&) = delete;
  JobThread& operator=(const JobThread&) = delete;

  // Queues a job, which catches its own exceptions. The first job starts the thread. Where the
  // system has none to give, this throws std::system_error and changes nothing.
  void post(Job job);
  // Does what the destructor does. Later posts are dropped.
  void stop();

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Job> jobs_;  // usually one
  std::thread thread_;
  bool stopping_ = false;
};

}  // namespace thalweg
