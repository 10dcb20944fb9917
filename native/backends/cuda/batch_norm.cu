// Batch norm in the order of backends/cpu/batch_norm_lanes.cc: the same bits.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

__global__ void __launch_bounds__(kBlockThreads) batch_moments_kernel(BatchMoments op) {
  const ColumnPart part(op.rows, op.columns);
  const auto rows = static_cast<double>(op.rows);
  const float* x = op.x + part.column;
  const double mean = part.sum([&](int64_t row) { return x[row * op.columns]; }) / rows;
  const double squares = part.sum([&](int64_t row) {
    const double distance = x[row * op.columns] - mean;
    return distance * distance;
  });
  if (!part.stores || part.lane != 0) return;
  op.mean[part.column] = static_cast<float>(mean);
  op.variance[part.column] = static_cast<float>(squares / rows);
}

// What a column's elements are computed with.
struct Column {
  float mean, inverse, factor;
};

template <class Op>
__device__ Column read_column(const Op& op, int64_t column) {
  const float inverse = inverse_deviation(op.variance[column], op.epsilon);
  const float factor = op.scale == nullptr ? inverse : op.scale[column] * inverse;
  return {op.mean[column], inverse, factor};
}

__global__ void __launch_bounds__(kBlockThreads) batch_norm_forward_kernel(BatchNormForward op) {
  const ColumnPart part(op.rows, op.columns);
  const Column column = read_column(op, part.column);
  const float offset = op.offset == nullptr ? 0.0f : op.offset[part.column];
  if (!part.stores) return;
  part.each([&](int64_t row) {
    const int64_t at = row * op.columns + part.column;
    op.y[at] = (op.x[at] - column.mean) * column.factor + offset;
  });
}

__global__ void __launch_bounds__(kBlockThreads) batch_norm_backward_kernel(BatchNormBackward op) {
  const ColumnPart part(op.rows, op.columns);
  const auto rows = static_cast<double>(op.rows);
  const Column column = read_column(op, part.column);
  const auto at = [&](int64_t row) { return row * op.columns + part.column; };
  const auto normal = [&](int64_t row) { return (op.x[at(row)] - column.mean) * column.inverse; };
  const double sum = part.sum([&](int64_t row) { return op.dy[at(row)]; });
  const double product =
      part.sum([&](int64_t row) { return static_cast<double>(op.dy[at(row)]) * normal(row); });
  if (!part.stores) return;
  if (part.lane == 0 && op.doffset != nullptr) op.doffset[part.column] = static_cast<float>(sum);
  if (part.lane == 0 && op.dscale != nullptr) op.dscale[part.column] = static_cast<float>(product);
  const float mean = op.of_batch ? static_cast<float>(sum / rows) : 0.0f;
  const float slope = op.of_batch ? static_cast<float>(product / rows) : 0.0f;
  part.each([&](int64_t row) {
    op.dx[at(row)] = column.factor * (op.dy[at(row)] - mean - normal(row) * slope);
  });
}

__global__ void __launch_bounds__(kBlockThreads) batch_norm_update_kernel(BatchNormUpdate op) {
  const int64_t i = int64_t{blockIdx.x} * kBlockThreads + threadIdx.x;
  if (i >= op.columns || (op.halted != nullptr && *op.halted != 0)) return;
  op.running_mean[i] = moved(op.running_mean[i], op.mean[i], op.momentum);
  op.running_variance[i] =
      moved(op.running_variance[i], op.variance[i] * op.correction, op.momentum);
}

template <class Op>
void launch_columns(const char* name, void (*kernel)(Op), const Op& op) {
  launch(name, ceil_div(op.columns, kBlockColumns), kBlockThreads, kernel, op);
}

}  // namespace

void launch_batch_moments(const BatchMoments& op) {
  launch_columns("batch_moments", &batch_moments_kernel, op);
}

void launch_batch_norm_forward(const BatchNormForward& op) {
  launch_columns("batch_norm_forward", &batch_norm_forward_kernel, op);
}

void launch_batch_norm_backward(const BatchNormBackward& op) {
  launch_columns("batch_norm_backward", &batch_norm_backward_kernel, op);
}

void launch_batch_norm_update(const BatchNormUpdate& op) {
  launch("batch_norm_update", ceil_div(op.columns, kBlockThreads), kBlockThreads,
         &batch_norm_update_kernel, op);
}

}  // namespace thalweg::cuda
