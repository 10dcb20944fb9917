#include "core/threads.h"

#include "core/float_mode.h"
#include "core/pool.h"

namespace thalweg {

void parallel_for(int64_t parts, int threads, Wake wake, FunctionRef<void(int64_t)> body) {
  if (threads > 1 && parts > 1 && pool().run({parts, threads, wake == Wake::kAtOnce, body})) return;
  const FloatMode mode;
  for (int64_t part = 0; part < parts; ++part) body(part);
}

}  // namespace thalweg
