// Group norm in the order of backends/cpu/group_norm_lanes.cc: the same bits.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

// One thread's part of a channel of an example; its rows are positions.
template <class Op>
struct ChannelPart : ColumnPart {
  int64_t channel, group;  // group: among those of all examples
  int64_t first;           // index of the channel's first number in x
  int64_t stride;

  __device__ explicit ChannelPart(const Op& op)
      : ColumnPart(op.columns / op.channels, op.rows * op.channels), stride(op.channels) {
    const int64_t row = column / op.channels;
    channel = column % op.channels;
    group = row * op.groups + channel / (op.channels / op.groups);
    first = row * op.columns + channel;
  }
  __device__ int64_t at(int64_t position) const { return first + position * stride; }
};

// One thread's part of a group of an example; its columns are channels.
template <class Op>
struct GroupPart : RowPart {
  int64_t channel;  // the group's first
  int64_t example;
  double count;

  __device__ explicit GroupPart(const Op& op)
      : RowPart(op.rows * op.groups, op.channels / op.groups) {
    example = row / op.groups;
    channel = row % op.groups * columns;
    count = static_cast<double>(op.columns / op.groups);
  }
  // body(index in x, channel) for this thread's numbers.
  template <class Body>
  __device__ void each_number(const Op& op, Body body) const {
    for (int64_t first = example * op.columns; first < (example + 1) * op.columns;
         first += op.channels)
      each([&](int64_t i) { body(first + channel + i, channel + i); });
  }
};

__global__ void __launch_bounds__(kBlockThreads) channel_sums_kernel(GroupNormForward op) {
  const ChannelPart part(op);
  const double sum = part.sum([&](int64_t position) { return op.x[part.at(position)]; });
  if (part.stores && part.lane == 0) op.sums[part.column] = sum;
}

__global__ void __launch_bounds__(kBlockThreads) group_mean_kernel(GroupNormForward op) {
  const GroupPart part(op);
  const double* sums = op.sums + part.example * op.channels + part.channel;
  const double sum = part.sum([&](int64_t i) { return sums[i]; });
  if (part.stores && part.lane == 0) op.mean[part.row] = static_cast<float>(sum / part.count);
}

__global__ void __launch_bounds__(kBlockThreads) channel_squares_kernel(GroupNormForward op) {
  const ChannelPart part(op);
  const float center = op.mean[part.group];
  const double sum = part.sum([&](int64_t position) {
    const double distance = static_cast<double>(op.x[part.at(position)]) - center;
    return distance * distance;
  });
  if (part.stores && part.lane == 0) op.sums[part.column] = sum;
}

__global__ void __launch_bounds__(kBlockThreads) group_norm_forward_kernel(GroupNormForward op) {
  const GroupPart part(op);
  const double* sums = op.sums + part.example * op.channels + part.channel;
  const double squares = part.sum([&](int64_t i) { return sums[i]; });
  if (!part.stores) return;
  const float center = op.mean[part.row];
  const float factor = inverse_deviation(squares / part.count, op.epsilon);
  if (part.lane == 0) op.inverse[part.row] = factor;
  part.each_number(op, [&](int64_t i, int64_t channel) {
    const float normal = (op.x[i] - center) * factor;
    const float scaled = op.scale == nullptr ? normal : normal * op.scale[channel];
    op.y[i] = op.offset == nullptr ? scaled : scaled + op.offset[channel];
  });
}

__global__ void __launch_bounds__(kBlockThreads) channel_products_kernel(GroupNormBackward op) {
  const ChannelPart part(op);
  const float center = op.mean[part.group], factor = op.inverse[part.group];
  const double sum = part.sum([&](int64_t position) { return op.dy[part.at(position)]; });
  const double product = part.sum([&](int64_t position) {
    const int64_t at = part.at(position);
    return static_cast<double>(op.dy[at]) * ((op.x[at] - center) * factor);
  });
  if (!part.stores || part.lane != 0) return;
  op.sums[part.column] = sum;
  op.products[part.column] = product;
}

__global__ void __launch_bounds__(kBlockThreads) group_norm_backward_kernel(GroupNormBackward op) {
  const GroupPart part(op);
  const int64_t first = part.example * op.channels + part.channel;
  const auto scale = [&](int64_t channel) {
    return op.scale == nullptr ? 1.0f : op.scale[channel];
  };
  const double sum =
      part.sum([&](int64_t i) { return op.sums[first + i] * scale(part.channel + i); });
  const double product =
      part.sum([&](int64_t i) { return op.products[first + i] * scale(part.channel + i); });
  if (!part.stores) return;
  const auto level = static_cast<float>(sum / part.count);
  const auto slope = static_cast<float>(product / part.count);
  const float center = op.mean[part.row], factor = op.inverse[part.row];
  part.each_number(op, [&](int64_t i, int64_t channel) {
    const float normal = (op.x[i] - center) * factor;
    op.dx[i] = factor * (op.dy[i] * scale(channel) - level - normal * slope);
  });
}

__global__ void __launch_bounds__(kBlockThreads)
    group_norm_parameters_kernel(GroupNormParameters op) {
  const ColumnPart part(op.rows, op.columns);
  const auto at = [&](int64_t row) { return row * op.columns + part.column; };
  const double sum = part.sum([&](int64_t row) { return op.sums[at(row)]; });
  const double product = part.sum([&](int64_t row) { return op.products[at(row)]; });
  if (!part.stores || part.lane != 0) return;
  if (op.doffset != nullptr) op.doffset[part.column] = static_cast<float>(sum);
  if (op.dscale != nullptr) op.dscale[part.column] = static_cast<float>(product);
}

template <class Op>
void launch_channels(const char* name, void (*kernel)(Op), const Op& op) {
  launch(name, ceil_div(op.rows * op.channels, kBlockColumns), kBlockThreads, kernel, op);
}
template <class Op>
void launch_groups(const char* name, void (*kernel)(Op), const Op& op) {
  launch(name, ceil_div(op.rows * op.groups, kRowsPerBlock), kBlockThreads, kernel, op);
}

}  // namespace

void launch_group_norm_forward(const GroupNormForward& op) {
  launch_channels("group_norm_sums", &channel_sums_kernel, op);
  launch_groups("group_norm_mean", &group_mean_kernel, op);
  launch_channels("group_norm_squares", &channel_squares_kernel, op);
  launch_groups("group_norm_forward", &group_norm_forward_kernel, op);
}

void launch_group_norm_backward(const GroupNormBackward& op) {
  launch_channels("group_norm_products", &channel_products_kernel, op);
  launch_groups("group_norm_backward", &group_norm_backward_kernel, op);
}

void launch_group_norm_parameters(const GroupNormParameters& op) {
  launch("group_norm_parameters", ceil_div(op.columns, kBlockColumns), kBlockThreads,
         &group_norm_parameters_kernel, op);
}

}  // namespace thalweg::cuda
