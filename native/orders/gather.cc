#include "orders/gather.h"

#include <algorithm>

#include "core/round.h"
#include "core/threads.h"
#include "orders/lanes.h"

namespace thalweg {

// One part writes at most about this many numbers, which takes some microseconds.
static constexpr int64_t kPartNumbers = 1 << 14;

void gather_batch(const Gather& gather, int threads, const OrderLanes& lanes) {
  if (gather.count == 0) return;
  // All parts have about the same number of rows, so that no thread waits for another.
  const int64_t wanted = ceil_div(gather.count * gather.dataset->features, kPartNumbers);
  const int64_t rows = ceil_div(gather.count, std::max<int64_t>(1, wanted));
  const int64_t parts = ceil_div(gather.count, rows);
  parallel_for(parts, threads, [&](int64_t part) {
    lanes.gather(gather, part * rows, std::min(gather.count, (part + 1) * rows));
  });
}

}  // namespace thalweg
