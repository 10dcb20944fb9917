#include "backends/reference/ops.h"

namespace thalweg::reference {

void copy_columns(const CopyColumns& op) {
  for (int64_t row = 0; row < op.rows; ++row)
    for (int64_t i = 0; i < op.columns; ++i)
      op.to[row * op.to_width + i] = op.from[row * op.from_width + i];
}

}  // namespace thalweg::reference
