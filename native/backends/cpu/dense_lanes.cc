// Vector lanes of the gradient before a dense layer's activation, with the bias gradient.
#include "backends/cpu/column_sums.h"
#include "backends/cpu/lanes.h"
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

}  // namespace thalweg::THALWEG_LANES
