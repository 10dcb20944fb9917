// Group norm in the order of backends/cpu/group_norm_lanes.cc, which gives the same bits. Each
// channel of an example adds up its positions like a column its rows. Each group then adds up its
// channels like a row.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

// One channel of an example, with the indices of its numbers in x.
struct Channel {
  int64_t group;  // index among the groups of all examples
  int64_t first;  // index of the channel's first number
  int64_t stride;

  // `column` is the channel's index among the channels of all examples.
  template <class Op>
  __device__ Channel(const Op& op, int64_t column) : stride(op.channels) {
    const int64_t row = column / op.channels, channel = column % op.channels;
    group = row * op.groups + channel / (op.channels / op.groups);
    first = row * op.columns + channel;
  }
  __device__ int64_t at(int64_t position) const { return first + position * stride; }
};

// Sums x over the positions of each channel.
struct ChannelSums {
  static constexpr int kSums = 1;
  GroupNormForward op;

  struct Terms {
    const float* x;
    Channel channel;
    __device__ float load(int64_t position) const { return x[channel.at(position)]; }
    __device__ ColumnSums<1> operator()(int64_t, float value) const { return {value}; }
  };
  __device__ Terms terms(const ColumnPart& part) const { return {op.x, Channel(op, part.column)}; }
  __device__ void finish(int64_t column, const ColumnSums<1>& sums) const {
    op.sums[column] = sums.value[0];
  }
};

// Sums (x - mean)^2 over the positions of each channel.
struct ChannelSquares {
  static constexpr int kSums = 1;
  GroupNormForward op;

  struct Terms {
    const float* x;
    Channel channel;
    float center;
    __device__ float load(int64_t position) const { return x[channel.at(position)]; }
    __device__ ColumnSums<1> operator()(int64_t, float value) const {
      const double distance = static_cast<double>(value) - center;
      return {distance * distance};
    }
  };
  __device__ Terms terms(const ColumnPart& part) const {
    const Channel channel(op, part.column);
    return {op.x, channel, op.mean[channel.group]};
  }
  __device__ void finish(int64_t column, const ColumnSums<1>& sums) const {
    op.sums[column] = sums.value[0];
  }
};

// Sums dy, and dy times the normalised x, over the positions of each channel.
struct ChannelProducts {
  static constexpr int kSums = 2;
  GroupNormBackward op;

  struct Loaded {
    float x, dy;
  };
  struct Terms {
    const GroupNormBackward& op;
    Channel channel;
    float center, factor;
    __device__ Loaded load(int64_t position) const {
      const int64_t at = channel.at(position);
      return {op.x[at], op.dy[at]};
    }
    __device__ ColumnSums<2> operator()(int64_t, const Loaded& at) const {
      return {at.dy, static_cast<double>(at.dy) * ((at.x - center) * factor)};
    }
  };
  __device__ Terms terms(const ColumnPart& part) const {
    const Channel channel(op, part.column);
    return {op, channel, op.mean[channel.group], op.inverse[channel.group]};
  }
  __device__ void finish(int64_t column, const ColumnSums<2>& sums) const {
    op.sums[column] = sums.value[0];
    op.products[column] = sums.value[1];
  }
};

// Sums the gradients of scale and offset over the examples.
struct ParameterGradients {
  static constexpr int kSums = 2;
  GroupNormParameters op;

  struct Loaded {
    double sum, product;
  };
  struct Terms {
    const GroupNormParameters& op;
    int64_t column;
    __device__ Loaded load(int64_t row) const {
      const int64_t at = row * op.columns + column;
      return {op.sums[at], op.products[at]};
    }
    __device__ ColumnSums<2> operator()(int64_t, const Loaded& at) const {
      return {at.sum, at.product};
    }
  };
  __device__ Terms terms(const ColumnPart& part) const { return {op, part.column}; }
  __device__ void finish(int64_t column, const ColumnSums<2>& sums) const {
    if (op.doffset != nullptr) op.doffset[column] = static_cast<float>(sums.value[0]);
    if (op.dscale != nullptr) op.dscale[column] = static_cast<float>(sums.value[1]);
  }
};

// One thread's part of a group of an example. The group's channels are the columns of a row.
template <class Row, class Op>
struct GroupPart : Row {
  int64_t example;
  int64_t channel;  // the group's first channel
  int64_t first;    // its index among the channels of all examples
  double count;     // numbers in the group

  __device__ explicit GroupPart(const Op& op) : Row(op.rows * op.groups, op.channels / op.groups) {
    example = this->row / op.groups;
    channel = this->row % op.groups * this->columns;
    first = example * op.channels + channel;
    count = static_cast<double>(op.columns / op.groups);
  }
  // Calls body(index in x, channel) for this thread's numbers.
  template <class Body>
  __device__ void each_number(const Op& op, Body body) const {
    for (int64_t at = example * op.columns; at < (example + 1) * op.columns; at += op.channels)
      for (int64_t i = this->lane; i < this->columns; i += kBlockThreads / Row::kRows)
        body(at + channel + i, channel + i);
  }
};

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) group_mean_kernel(GroupNormForward op) {
  const GroupPart<Row, GroupNormForward> part(op);
  const double* sums = op.sums + part.first;
  const double sum = part.sum([&](int64_t i) { return sums[i]; });
  if (part.stores && part.lane == 0) op.mean[part.row] = static_cast<float>(sum / part.count);
}

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) group_norm_forward_kernel(GroupNormForward op) {
  const GroupPart<Row, GroupNormForward> part(op);
  const double* sums = op.sums + part.first;
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

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) group_norm_backward_kernel(GroupNormBackward op) {
  const GroupPart<Row, GroupNormBackward> part(op);
  const auto scale = [&](int64_t channel) {
    return op.scale == nullptr ? 1.0f : op.scale[channel];
  };
  const double sum =
      part.sum([&](int64_t i) { return op.sums[part.first + i] * scale(part.channel + i); });
  const double product =
      part.sum([&](int64_t i) { return op.products[part.first + i] * scale(part.channel + i); });
  if (!part.stores) return;
  const auto level = static_cast<float>(sum / part.count);
  const auto slope = static_cast<float>(product / part.count);
  const float center = op.mean[part.row], factor = op.inverse[part.row];
  part.each_number(op, [&](int64_t i, int64_t channel) {
    const float normal = (op.x[i] - center) * factor;
    op.dx[i] = factor * (op.dy[i] * scale(channel) - level - normal * slope);
  });
}

template <class Op, class Sums>
void launch_channels(const char* name, const Op& op, const Sums& sums) {
  launch_column_sums(name, ColumnGrid{op.columns / op.channels, op.rows * op.channels, op.scratch},
                     sums);
}
template <class Op>
void launch_groups(const char* name, const Op& op, void (*narrow)(Op), void (*wide)(Op)) {
  launch_rows(name, op.rows * op.groups, op.channels / op.groups, narrow, wide, op);
}

}  // namespace

void launch_group_norm_forward(const GroupNormForward& op) {
  launch_channels("group_norm_sums", op, ChannelSums{op});
  launch_groups("group_norm_mean", op, &group_mean_kernel<NarrowRow>, &group_mean_kernel<WideRow>);
  launch_channels("group_norm_squares", op, ChannelSquares{op});
  launch_groups("group_norm_forward", op, &group_norm_forward_kernel<NarrowRow>,
                &group_norm_forward_kernel<WideRow>);
}

void launch_group_norm_backward(const GroupNormBackward& op) {
  launch_channels("group_norm_products", op, ChannelProducts{op});
  launch_groups("group_norm_backward", op, &group_norm_backward_kernel<NarrowRow>,
                &group_norm_backward_kernel<WideRow>);
}

void launch_group_norm_parameters(const GroupNormParameters& op) {
  launch_column_sums("group_norm_parameters", ColumnGrid{op.rows, op.columns, op.scratch},
                     ParameterGradients{op});
}

}  // namespace thalweg::cuda
