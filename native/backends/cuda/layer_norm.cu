// Layer norm in the order of backends/cpu/layer_norm_lanes.cc: the same bits.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

__global__ void __launch_bounds__(kBlockThreads) layer_norm_forward_kernel(LayerNormForward op) {
  const RowPart part(op.rows, op.columns);
  const auto columns = static_cast<double>(op.columns);
  const float* x = op.x + part.row * op.columns;
  float* y = op.y + part.row * op.columns;
  const double mean = part.sum([&](int64_t i) { return x[i]; }) / columns;
  const double squares = part.sum([&](int64_t i) {
    const double distance = x[i] - mean;
    return distance * distance;
  });
  if (!part.stores) return;
  const auto center = static_cast<float>(mean);
  const float inverse = inverse_deviation(squares / columns, op.epsilon);
  if (part.lane == 0) op.mean[part.row] = center;
  if (part.lane == 0) op.inverse[part.row] = inverse;
  part.each([&](int64_t i) {
    const float normal = (x[i] - center) * inverse;
    const float scaled = op.scale == nullptr ? normal : normal * op.scale[i];
    y[i] = op.offset == nullptr ? scaled : scaled + op.offset[i];
  });
}

__global__ void __launch_bounds__(kBlockThreads)
    layer_norm_parameters_kernel(LayerNormBackward op) {
  const ColumnPart part(op.rows, op.columns);
  const auto at = [&](int64_t row) { return row * op.columns + part.column; };
  const double sum = part.sum([&](int64_t row) { return op.dy[at(row)]; });
  const double product = part.sum([&](int64_t row) {
    const float normal = (op.x[at(row)] - op.mean[row]) * op.inverse[row];
    return static_cast<double>(op.dy[at(row)]) * normal;
  });
  if (!part.stores || part.lane != 0) return;
  if (op.doffset != nullptr) op.doffset[part.column] = static_cast<float>(sum);
  if (op.dscale != nullptr) op.dscale[part.column] = static_cast<float>(product);
}

__global__ void __launch_bounds__(kBlockThreads) layer_norm_backward_kernel(LayerNormBackward op) {
  const RowPart part(op.rows, op.columns);
  const auto columns = static_cast<double>(op.columns);
  const float *x = op.x + part.row * op.columns, *dy = op.dy + part.row * op.columns;
  float* dx = op.dx + part.row * op.columns;
  const float center = op.mean[part.row], inverse = op.inverse[part.row];
  const auto normal = [&](int64_t i) { return (x[i] - center) * inverse; };
  const auto scaled = [&](int64_t i) { return op.scale == nullptr ? dy[i] : dy[i] * op.scale[i]; };
  const double sum = part.sum([&](int64_t i) { return scaled(i); });
  const double product =
      part.sum([&](int64_t i) { return static_cast<double>(scaled(i)) * normal(i); });
  if (!part.stores) return;
  const auto mean = static_cast<float>(sum / columns);
  const auto slope = static_cast<float>(product / columns);
  part.each([&](int64_t i) { dx[i] = inverse * (scaled(i) - mean - normal(i) * slope); });
}

}  // namespace

void launch_layer_norm_forward(const LayerNormForward& op) {
  launch("layer_norm_forward", ceil_div(op.rows, kRowsPerBlock), kBlockThreads,
         &layer_norm_forward_kernel, op);
}

// Parameters first: dx may take the place of dy.
void launch_layer_norm_backward(const LayerNormBackward& op) {
  if (op.dscale != nullptr || op.doffset != nullptr)
    launch("layer_norm_parameters", ceil_div(op.columns, kBlockColumns), kBlockThreads,
           &layer_norm_parameters_kernel, op);
  launch("layer_norm_backward", ceil_div(op.rows, kRowsPerBlock), kBlockThreads,
         &layer_norm_backward_kernel, op);
}

}  // namespace thalweg::cuda
