// Vector lanes of batch norm: elements in float32, columns summed in float64.
#include "backends/cpu/column_sums.h"
#include "backends/cpu/lanes.h"
#include "ops/norm_functions.h"

namespace thalweg::THALWEG_LANES {

namespace {

// The values that normalise the elements of each column.
struct Columns {
  float mean[kSummedColumns];
  float inverse[kSummedColumns];
  float factor[kSummedColumns];  // scale * inverse
};

template <class Op>
Columns read_columns(const Op& op, int64_t first, int64_t width) {
  Columns columns;
  for (int64_t i = 0; i < width; ++i) {
    const float inverse = inverse_deviation(op.variance[first + i], op.epsilon);
    columns.mean[i] = op.mean[first + i];
    columns.inverse[i] = inverse;
    columns.factor[i] = op.scale == nullptr ? inverse : op.scale[first + i] * inverse;
  }
  return columns;
}

}  // namespace

void lane_batch_moments(const BatchMoments& op, int64_t first, int64_t last) {
  const int64_t width = last - first;
  const auto rows = static_cast<double>(op.rows);
  const float* x = op.x + first;
  double mean[kSummedColumns], squares[kSummedColumns];
  column_sums(op.rows, width, mean,
              [&](int64_t row, int64_t i) { return x[row * op.columns + i]; });
  for (int64_t i = 0; i < width; ++i) mean[i] /= rows;
  column_sums(op.rows, width, squares, [&](int64_t row, int64_t i) {
    const double distance = x[row * op.columns + i] - mean[i];
    return distance * distance;
  });
  for (int64_t i = 0; i < width; ++i) {
    op.mean[first + i] = static_cast<float>(mean[i]);
    op.variance[first + i] = static_cast<float>(squares[i] / rows);
  }
}

void lane_batch_norm_forward(const BatchNormForward& op, int64_t first, int64_t last) {
  const int64_t width = last - first;
  const Columns columns = read_columns(op, first, width);
  float offset[kSummedColumns];
  for (int64_t i = 0; i < width; ++i) offset[i] = op.offset == nullptr ? 0 : op.offset[first + i];
  for (int64_t row = 0; row < op.rows; ++row) {
    const float* x = op.x + row * op.columns + first;
    float* y = op.y + row * op.columns + first;
#pragma GCC ivdep
    for (int64_t i = 0; i < width; ++i)
      y[i] = (x[i] - columns.mean[i]) * columns.factor[i] + offset[i];
  }
}

void lane_batch_norm_backward(const BatchNormBackward& op, int64_t first, int64_t last) {
  const int64_t width = last - first;
  const auto rows = static_cast<double>(op.rows);
  const Columns columns = read_columns(op, first, width);
  const float *x = op.x + first, *dy = op.dy + first;
  const auto normal = [&](int64_t at, int64_t i) {
    return (x[at + i] - columns.mean[i]) * columns.inverse[i];
  };
  double sums[kSummedColumns], products[kSummedColumns];
  column_sums(op.rows, width, sums,
              [&](int64_t row, int64_t i) { return dy[row * op.columns + i]; });
  column_sums(op.rows, width, products, [&](int64_t row, int64_t i) {
    return static_cast<double>(dy[row * op.columns + i]) * normal(row * op.columns, i);
  });
  // The means over the batch of dy, and of dy times the normalised x.
  float mean[kSummedColumns], slope[kSummedColumns];
  for (int64_t i = 0; i < width; ++i) {
    if (op.doffset != nullptr) op.doffset[first + i] = static_cast<float>(sums[i]);
    if (op.dscale != nullptr) op.dscale[first + i] = static_cast<float>(products[i]);
    mean[i] = op.of_batch ? static_cast<float>(sums[i] / rows) : 0;
    slope[i] = op.of_batch ? static_cast<float>(products[i] / rows) : 0;
  }
  for (int64_t row = 0; row < op.rows; ++row) {
    const int64_t at = row * op.columns;
    float* dx = op.dx + first + at;
#pragma GCC ivdep
    for (int64_t i = 0; i < width; ++i)
      dx[i] = columns.factor[i] * (dy[at + i] - mean[i] - normal(at, i) * slope[i]);
  }
}

}  // namespace thalweg::THALWEG_LANES
