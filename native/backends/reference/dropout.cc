#include "backends/reference/ops.h"

namespace thalweg::reference {

void dropout(const Dropout& op) {
  for (int64_t i = 0; i < op.length; ++i) {
    const uint32_t word = random_block_word(op.draw->stream, static_cast<uint64_t>(i));
    const bool kept = uniform_float(word) >= op.draw->rate;
    op.y[i] = kept ? op.x[i] * op.draw->scale : 0.0f;
  }
}

}  // namespace thalweg::reference
