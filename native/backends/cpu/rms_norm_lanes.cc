// Vector lanes of RMS norm: elements in float32, sums in float64.
#include "backends/cpu/column_sums.h"
#include "backends/cpu/lanes.h"
#include "backends/cpu/row_sums.h"
#include "ops/norm_functions.h"

namespace thalweg::THALWEG_LANES {

void lane_rms_norm_forward(const RmsNormForward& op, int64_t first, int64_t last) {
  const int64_t columns = op.columns;
  for (int64_t row = first; row < last; ++row) {
    const float* x = op.x + row * columns;
    float* y = op.y + row * columns;
    const double squares =
        row_sum(columns, [&](int64_t i) { return static_cast<double>(x[i]) * x[i]; });
    const float inverse = inverse_deviation(squares / columns, op.epsilon);
    op.inverse[row] = inverse;
#pragma GCC ivdep
    for (int64_t i = 0; i < columns; ++i) {
      const float normal = x[i] * inverse;
      y[i] = op.scale == nullptr ? normal : normal * op.scale[i];
    }
  }
}

void lane_rms_norm_parameters(const RmsNormBackward& op, int64_t first, int64_t last) {
  const int64_t width = last - first;
  const float *x = op.x + first, *dy = op.dy + first;
  double sums[kSummedColumns] = {};
  column_sums(op.rows, width, sums, [&](int64_t row, int64_t i) {
    const int64_t at = row * op.columns + i;
    return static_cast<double>(dy[at]) * (x[at] * op.inverse[row]);
  });
  for (int64_t i = 0; i < width; ++i) op.dscale[first + i] = static_cast<float>(sums[i]);
}

void lane_rms_norm_backward(const RmsNormBackward& op, int64_t first, int64_t last) {
  const int64_t columns = op.columns;
  for (int64_t row = first; row < last; ++row) {
    const float *x = op.x + row * columns, *dy = op.dy + row * columns;
    float* dx = op.dx + row * columns;
    const float inverse = op.inverse[row];
    const auto scaled = [&](int64_t i) {
      return op.scale == nullptr ? dy[i] : dy[i] * op.scale[i];
    };
    const double product = row_sum(
        columns, [&](int64_t i) { return static_cast<double>(scaled(i)) * (x[i] * inverse); });
    const auto slope = static_cast<float>(product / columns);
#pragma GCC ivdep
    for (int64_t i = 0; i < columns; ++i) dx[i] = inverse * (scaled(i) - x[i] * inverse * slope);
  }
}

}  // namespace thalweg::THALWEG_LANES
