// Parallel loops. A loop is cut into `parts` whose number and borders the data alone decides, never
// the number of threads: which thread runs a part changes no bit.
#pragma once

#include <cstdint>

#include "core/function_ref.h"
#include "core/thread_count.h"

namespace thalweg {

// When a loop wakes helpers that sleep. Waking takes the caller some tens of microseconds.
enum class Wake {
  kWhenLong,  // once the loop has run for about as long as waking takes
  kAtOnce,    // for loops of few, long parts
};

// Calls body(part) for each part in [0, parts), each once, on the calling thread and on helpers of
// a pool that the process shares. The caller waits only for parts that a helper has begun, so that
// a helper that does not get a processor costs nothing. `threads` caps the threads used; 1 runs
// inline, and so does a loop within a loop. One exception of body is rethrown here; parts not yet
// begun are then left out. Allocates nothing but the helpers' stacks, and does without helpers
// where there are none.
void parallel_for(int64_t parts, int threads, Wake wake, FunctionRef<void(int64_t part)> body);

inline void parallel_for(int64_t parts, int threads, FunctionRef<void(int64_t part)> body) {
  parallel_for(parts, threads, Wake::kWhenLong, body);
}

}  // namespace thalweg
