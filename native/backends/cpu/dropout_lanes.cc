#include "backends/cpu/lanes.h"
#include "core/random_block_lanes.h"

namespace thalweg::THALWEG_LANES {

// `first` is a multiple of kBlockWords, because random words come in blocks of so many.
void lane_dropout(const Dropout& op, int64_t first, int64_t last) {
  alignas(64) uint32_t words[kBlockWords];
  const float rate = op.draw->rate, scale = op.draw->scale;
  for (int64_t at = first; at < last; at += kBlockWords) {
    random_block(op.draw->stream, static_cast<uint64_t>(at) / kBlockWords, words);
    const int64_t count = last - at < kBlockWords ? last - at : kBlockWords;
    const float* x = op.x + at;
    float* y = op.y + at;
#pragma GCC ivdep
    for (int64_t i = 0; i < count; ++i)
      y[i] = uniform_float(words[i]) >= rate ? x[i] * scale : 0.0f;
  }
}

}  // namespace thalweg::THALWEG_LANES
