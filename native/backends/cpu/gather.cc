#include "backends/cpu/gather.h"

#include <algorithm>

#include "core/threads.h"

namespace thalweg {

// Numbers written by one part, at most about: 1 MiB, some 25 microseconds. Waking a
// thread for less gains nothing, and on a busy machine loses much.
static constexpr int64_t kPartNumbers = 1 << 18;

static int64_t divide_up(int64_t x, int64_t y) { return (x + y - 1) / y; }

void gather_batch(const data::Gather& gather, int threads, const Lanes& lanes) {
  if (gather.count == 0) return;
  // Parts of about the same number of rows, so that no thread waits for another.
  const int64_t wanted = divide_up(gather.count * gather.dataset->features, kPartNumbers);
  const int64_t rows = divide_up(gather.count, std::max<int64_t>(1, wanted));
  const int64_t parts = divide_up(gather.count, rows);
  parallel_for(parts, threads, [&](int64_t part) {
    lanes.gather(gather, part * rows, std::min(gather.count, (part + 1) * rows));
  });
}

}  // namespace thalweg
