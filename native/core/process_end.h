// Jobs and the end of the process. process.exit() runs no cleanup hooks on the main
// thread, but static destructors, oneDNN's among them, while trainers still train.
#pragma once

namespace thalweg {

// Whether the process is ending: running jobs then stop as if cancelled.
bool process_is_ending();

// No job begins any more; waits for the running ones to stop, for at most 80 ms. Where
// some still run then, the process ends without its static destructors.
// To be called before static destructors run: by the process's 'exit' event.
void end_jobs();

// A job that runs, while this lives. Where the process is ending it may not begin.
class RunningJob {
 public:
  RunningJob();
  ~RunningJob();
  RunningJob(const RunningJob&) = delete;
  RunningJob& operator=(const RunningJob&) = delete;
  bool may_begin() const { return !process_is_ending(); }
};

}  // namespace thalweg
