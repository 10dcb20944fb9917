#include "backends/cpu/gather.h"

#include <algorithm>

#include "core/threads.h"

namespace thalweg {

// Numbers written by one part: below it, waking a thread costs more than it saves.
static constexpr int64_t kPartNumbers = 1 << 16;

void gather_batch(const data::Gather& gather, int threads, const Lanes& lanes) {
  const int64_t rows =
      std::max<int64_t>(1, kPartNumbers / std::max<int64_t>(1, gather.dataset->features));
  const int64_t parts = (gather.count + rows - 1) / rows;
  parallel_for(parts, threads, [&](int64_t part) {
    lanes.gather(gather, part * rows, std::min(gather.count, (part + 1) * rows));
  });
}

}  // namespace thalweg
