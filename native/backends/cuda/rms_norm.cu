// The norm by root mean squares in the order of backends/cpu/rms_norm_lanes.cc: the same bits.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

__global__ void __launch_bounds__(kBlockThreads) rms_norm_forward_kernel(RmsNormForward op) {
  const RowPart part(op.rows, op.columns);
  const float* x = op.x + part.row * op.columns;
  float* y = op.y + part.row * op.columns;
  const double squares = part.sum([&](int64_t i) { return static_cast<double>(x[i]) * x[i]; });
  if (!part.stores) return;
  const float inverse = inverse_deviation(squares / static_cast<double>(op.columns), op.epsilon);
  if (part.lane == 0) op.inverse[part.row] = inverse;
  part.each([&](int64_t i) {
    const float normal = x[i] * inverse;
    y[i] = op.scale == nullptr ? normal : normal * op.scale[i];
  });
}

__global__ void __launch_bounds__(kBlockThreads) rms_norm_parameters_kernel(RmsNormBackward op) {
  const ColumnPart part(op.rows, op.columns);
  const double sum = part.sum([&](int64_t row) {
    const int64_t at = row * op.columns + part.column;
    return static_cast<double>(op.dy[at]) * (op.x[at] * op.inverse[row]);
  });
  if (part.stores && part.lane == 0) op.dscale[part.column] = static_cast<float>(sum);
}

__global__ void __launch_bounds__(kBlockThreads) rms_norm_backward_kernel(RmsNormBackward op) {
  const RowPart part(op.rows, op.columns);
  const float *x = op.x + part.row * op.columns, *dy = op.dy + part.row * op.columns;
  float* dx = op.dx + part.row * op.columns;
  const float inverse = op.inverse[part.row];
  const auto scaled = [&](int64_t i) { return op.scale == nullptr ? dy[i] : dy[i] * op.scale[i]; };
  const double product =
      part.sum([&](int64_t i) { return static_cast<double>(scaled(i)) * (x[i] * inverse); });
  if (!part.stores) return;
  const auto slope = static_cast<float>(product / static_cast<double>(op.columns));
  part.each([&](int64_t i) { dx[i] = inverse * (scaled(i) - x[i] * inverse * slope); });
}

}  // namespace

void launch_rms_norm_forward(const RmsNormForward& op) {
  launch("rms_norm_forward", ceil_div(op.rows, kRowsPerBlock), kBlockThreads,
         &rms_norm_forward_kernel, op);
}

void launch_rms_norm_parameters(const RmsNormBackward& op) {
  launch("rms_norm_parameters", ceil_div(op.columns, kBlockColumns), kBlockThreads,
         &rms_norm_parameters_kernel, op);
}

void launch_rms_norm_backward(const RmsNormBackward& op) {
  launch("rms_norm_backward", ceil_div(op.rows, kRowsPerBlock), kBlockThreads,
         &rms_norm_backward_kernel, op);
}

}  // namespace thalweg::cuda
