#include "data/gather.h"

#include <algorithm>

#include "core/round.h"
#include "core/threads.h"

namespace thalweg::data {

// One part writes at most about this many numbers, which takes some microseconds.
static constexpr int64_t kPartNumbers = 1 << 14;

void gather_rows(const RowArrays& source, const Gather& batch, const Workers& workers) {
  static constexpr const GatherLane* kTables[] = THALWEG_LANE_TABLES(kGatherLane);
  if (batch.count == 0) return;
  const GatherLane& lane = *kTables[static_cast<int>(workers.isa)];
  // All parts have about the same number of rows, so that no thread waits for another.
  const int64_t wanted = ceil_div(batch.count * source.features, kPartNumbers);
  const int64_t rows = ceil_div(batch.count, std::max<int64_t>(1, wanted));
  const int64_t parts = ceil_div(batch.count, rows);
  parallel_for(parts, workers.threads, [&](int64_t part) {
    lane.gather(source, batch, part * rows, std::min(batch.count, (part + 1) * rows));
  });
}

}  // namespace thalweg::data
