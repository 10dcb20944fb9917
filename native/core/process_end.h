// Stops jobs when the process ends. On the main thread process.exit() runs static destructors,
// such as those of other libraries, but no cleanup hooks. Trainers may still train then.
#pragma once

namespace thalweg {

// Returns true once the process is ending. Running jobs then stop as if they were cancelled.
bool process_is_ending();

// Lets no more jobs begin, and waits at most 80 ms until the running jobs have stopped. If some
// still run, the process then ends without its static destructors. The process's 'exit' event calls
// this function, before static destructors run.
void end_jobs();

// Counts as a running job while it lives. A job may not begin once the process is ending.
class RunningJob {
 public:
  RunningJob();
  ~RunningJob();
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;
  bool may_begin() const { return !process_is_ending(); }
};

}  // namespace thalweg
