// Vector lanes of what surrounds a dense product: the derivative of an
// activation from its output, with the bias gradient, and dropout.
#include "backends/cpu/lanes.h"
#include "core/random.h"
#include "ops/activation_functions.h"

namespace thalweg::THALWEG_LANES {

namespace {

// dy *= f'(y) in columns [first, last); sums[column - first] gathers the result.
template <Activation kActivation>
void pass(const OutputGradient& op, int64_t first, int64_t last) {
  double sums[kBiasColumns] = {};
  const int64_t width = last - first;
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* y = op.y + row * op.columns + first;
    float* dy = op.dy + row * op.columns + first;
#pragma GCC ivdep
    for (int64_t i = 0; i < width; ++i) {
      const float gradient = dy[i] * derivative<kActivation>(y[i], y[i], op.slope);
      dy[i] = gradient;
      sums[i] += gradient;
    }
  }
  for (int64_t i = 0; op.dbias != nullptr && i < width; ++i)
    op.dbias[first + i] = static_cast<float>(sums[i]);
}

}  // namespace

void lane_output_gradient(const OutputGradient& op, int64_t first, int64_t last) {
  with_activation(op.activation,
                  [&](auto activation) { pass<activation.kValue>(op, first, last); });
}

// Elements [first, last), first a multiple of 4.
void lane_dropout(const Dropout& op, int64_t first, int64_t last) {
  for (int64_t i = first; i < last; i += 4) {
    const PhiloxWords words = random_words(op.stream, static_cast<uint64_t>(i) / 4);
    const int64_t count = last - i < 4 ? last - i : 4;
    for (int64_t j = 0; j < count; ++j)
      op.y[i + j] = uniform_float(words.word[j]) >= op.rate ? op.x[i + j] * op.scale : 0.0f;
  }
}

}  // namespace thalweg::THALWEG_LANES
