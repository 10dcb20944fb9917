// Parallel loops. The work is cut into `parts` pieces whose number and borders
// never depend on the thread count; which thread runs which piece does not
// change any bit. OpenMP where it is there (oneDNN shares its pool), std::thread
// otherwise (the race detector understands those).
#pragma once

#include <cstddef>
#include <cstdint>

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
// them). `threads` caps the threads used; 1 runs inline. Allocates nothing.
void parallel_for(int64_t parts, int threads, FunctionRef<void(int64_t part)> body);

// Ends the threads that OpenMP keeps for the calling thread's loops; its next loop
// starts others. While a process keeps more such threads than it has processors, idle
// ones too, libgomp's barriers sleep instead of spinning, and loops of some
// microseconds, such as those of a small network, take three times as long.
void release_threads();

}  // namespace thalweg
