// Parallel loops. The work is cut into `parts` pieces whose number and borders
// never depend on the thread count; which thread runs which piece does not
// change any bit. OpenMP where it is there (oneDNN shares its pool), std::thread
// otherwise (the race detector understands those). Where the system has no further
// thread to give, loops run on the threads there are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>

#include "core/function_ref.h"

namespace thalweg {

// Threads that parallel_for may use, at least 1. Default: THALWEG_THREADS, else
// the processors this process may run on.
int thread_count();
// Processors that this process may run on.
int processor_count();
// Process-wide; 0 restores the default.
void set_thread_count(int count);

// Calls body(part) for each part in [0, parts), each once, in contiguous runs
// of parts per thread. Exceptions thrown by body are rethrown here (one of
// them). `threads` caps the threads used; 1 runs inline. Takes no memory but for the
// threads of a team that has to grow, and does without those where there is none.
void parallel_for(int64_t parts, int threads, FunctionRef<void(int64_t part)> body);

// Ends the threads that OpenMP keeps for the calling thread's loops; its next loop
// starts others. While a process keeps more such threads than it has processors, idle
// ones too, libgomp's barriers sleep instead of spinning, and loops of some
// microseconds, such as those of a small network, take three times as long.
void release_threads();

// A library's own OpenMP loops on the calling thread may use threads() threads while this
// lives: as many as parallel_for would.
class LibraryLoops {
 public:
  LibraryLoops();
  ~LibraryLoops();
  LibraryLoops(const LibraryLoops&) = delete;
  LibraryLoops& operator=(const LibraryLoops&) = delete;
  int threads() const { return threads_; }

 private:
  int threads_ = 1;
  int before_ = 1;  // OpenMP's own setting
};

// While this lives, the calling thread's team does not grow once threads were missing: the bits of
// a library's products may follow their number, and a run has one.
class SteadyThreads {
 public:
  SteadyThreads();
  ~SteadyThreads();
  SteadyThreads(const SteadyThreads&) = delete;
  SteadyThreads& operator=(const SteadyThreads&) = delete;
};

// To be held while a thread is started: teams are made only of threads that were found to
// be there, which no other of ours may take meanwhile.
std::unique_lock<std::mutex> lock_thread_starts();

}  // namespace thalweg
