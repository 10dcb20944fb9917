// Parallel loops. The data alone decides the number and the borders of the parts of a loop. So the
// number of threads changes no bit of the result.
#pragma once

#include <cstdint>

#include "core/function_ref.h"
#include "core/thread_count.h"

namespace thalweg {

// The time at which a loop wakes sleeping helpers. Waking takes the caller some tens of
// microseconds.
enum class Wake {
  kWhenLong,  // once the loop has run for about as long as waking takes
  kAtOnce,    // for loops of few, long parts
};

// Calls body(part) once for each part in [0, parts), on the caller and helpers, at most `threads`
// in all. The caller waits only for begun parts. A loop inside a loop runs on its caller alone.
// Rethrows one exception of body, and then leaves out parts that have not begun. Allocates only the
// stacks of new helpers, and works without helpers if none can be started.
void parallel_for(int64_t parts, int threads, Wake wake, FunctionRef<void(int64_t part)> body);

inline void parallel_for(int64_t parts, int threads, FunctionRef<void(int64_t part)> body) {
  parallel_for(parts, threads, Wake::kWhenLong, body);
}

}  // namespace thalweg
