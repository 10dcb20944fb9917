// Vector lanes of layer norm: elements in float32, rows and columns summed in float64.
#include "backends/cpu/column_sums.h"
#include "backends/cpu/lanes.h"
#include "backends/cpu/row_sums.h"
#include "ops/norm_functions.h"

namespace thalweg::THALWEG_LANES {

void lane_layer_norm_forward(const LayerNormForward& op, int64_t first, int64_t last) {
  const int64_t columns = op.columns;
  for (int64_t row = first; row < last; ++row) {
    const float* x = op.x + row * columns;
    float* y = op.y + row * columns;
    const double mean = row_sum(columns, [&](int64_t i) { return x[i]; }) / columns;
    const double squares = row_sum(columns, [&](int64_t i) {
      const double distance = x[i] - mean;
      return distance * distance;
    });
    const auto center = static_cast<float>(mean);
    const float inverse = inverse_deviation(squares / columns, op.epsilon);
    op.mean[row] = center;
    op.inverse[row] = inverse;
#pragma GCC ivdep
    for (int64_t i = 0; i < columns; ++i) {
      const float normal = (x[i] - center) * inverse;
      const float scaled = op.scale == nullptr ? normal : normal * op.scale[i];
      y[i] = op.offset == nullptr ? scaled : scaled + op.offset[i];
    }
  }
}

// Computes dscale and doffset of columns [first, last).
void lane_layer_norm_parameters(const LayerNormBackward& op, int64_t first, int64_t last) {
  const int64_t width = last - first;
  const float *x = op.x + first, *dy = op.dy + first;
  double sums[kSummedColumns], products[kSummedColumns];
  column_sums(op.rows, width, sums,
              [&](int64_t row, int64_t i) { return dy[row * op.columns + i]; });
  column_sums(op.rows, width, products, [&](int64_t row, int64_t i) {
    const int64_t at = row * op.columns + i;
    const float normal = (x[at] - op.mean[row]) * op.inverse[row];
    return static_cast<double>(dy[at]) * normal;
  });
  for (int64_t i = 0; i < width; ++i) {
    if (op.doffset != nullptr) op.doffset[first + i] = static_cast<float>(sums[i]);
    if (op.dscale != nullptr) op.dscale[first + i] = static_cast<float>(products[i]);
  }
}

// Computes dx of rows [first, last).
void lane_layer_norm_backward(const LayerNormBackward& op, int64_t first, int64_t last) {
  const int64_t columns = op.columns;
  for (int64_t row = first; row < last; ++row) {
    const float *x = op.x + row * columns, *dy = op.dy + row * columns;
    float* dx = op.dx + row * columns;
    const float center = op.mean[row], inverse = op.inverse[row];
    const auto normal = [&](int64_t i) { return (x[i] - center) * inverse; };
    const auto scaled = [&](int64_t i) {
      return op.scale == nullptr ? dy[i] : dy[i] * op.scale[i];
    };
    const double sum = row_sum(columns, [&](int64_t i) { return scaled(i); });
    const double product =
        row_sum(columns, [&](int64_t i) { return static_cast<double>(scaled(i)) * normal(i); });
    const auto mean = static_cast<float>(sum / columns);
    const auto slope = static_cast<float>(product / columns);
#pragma GCC ivdep
    for (int64_t i = 0; i < columns; ++i) dx[i] = inverse * (scaled(i) - mean - normal(i) * slope);
  }
}

}  // namespace thalweg::THALWEG_LANES
