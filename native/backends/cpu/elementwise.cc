// Vector lanes of the gradient before an activation with the bias gradient, of dropout, and of
// addition.
#include "backends/cpu/column_sums.h"
#include "backends/cpu/lanes.h"
#include "core/random_block_lanes.h"
#include "ops/activation_functions.h"

namespace thalweg::THALWEG_LANES {

namespace {

// Multiplies dy by f'(y) in columns [first, last), and sums these columns.
template <Activation kActivation>
void pass(const OutputGradient& op, int64_t first, int64_t last) {
  const float* y = op.y + first;
  float* dy = op.dy + first;
  chunk_sums(0, op.rows, last - first, op.sums + first, [&](int64_t row, int64_t i) {
    const int64_t at = row * op.columns + i;
    return dy[at] *= derivative<kActivation>(y[at], y[at], op.slope);
  });
}

}  // namespace

void lane_output_gradient(const OutputGradient& op, int64_t first, int64_t last) {
  with_activation(op.activation,
                  [&](auto activation) { pass<activation.kValue>(op, first, last); });
}

void lane_add(const Add& op, int64_t first, int64_t last) {
#pragma GCC ivdep
  for (int64_t i = first; i < last; ++i) op.y[i] = op.a[i] + op.b[i];
}

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
