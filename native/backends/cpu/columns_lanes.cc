// Vector lanes of copies of columns. Most copies are narrow, so the last vector is a part of one.
#include "backends/cpu/lanes.h"
#include "core/float_lanes.h"

namespace thalweg::THALWEG_LANES {

void lane_copy_columns(const CopyColumns& op, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; ++row) {
    const float* from = op.from + row * op.from_width;
    float* to = op.to + row * op.to_width;
    int64_t i = 0;
    for (; i + kFloats <= op.columns; i += kFloats) store(to + i, load(from + i));
    const int rest = static_cast<int>(op.columns - i);
    if (rest > 0) store_first(to + i, load_first(from + i, rest), rest);
  }
}

}  // namespace thalweg::THALWEG_LANES
