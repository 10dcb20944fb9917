#include "backends/cpu/lanes.h"

namespace thalweg::THALWEG_LANES {

void lane_add(const Add& op, int64_t first, int64_t last) {
#pragma GCC ivdep
  for (int64_t i = first; i < last; ++i) op.y[i] = op.a[i] + op.b[i];
}

}  // namespace thalweg::THALWEG_LANES
