// Layer norm in the order of backends/cpu/layer_norm_lanes.cc, which gives the same bits.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

struct Element {
  float x, scale, offset;
};

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) layer_norm_forward_kernel(LayerNormForward op) {
  const Row part(op.rows, op.columns);
  const auto columns = static_cast<double>(op.columns);
  const float* x = op.x + part.row * op.columns;
  float* y = op.y + part.row * op.columns;
  const auto load = [&](int64_t i) { return x[i]; };
  const double mean = part.sum(load) / columns;
  const double squares = part.sum(load, [&](int64_t, float value) {
    const double distance = value - mean;
    return distance * distance;
  });
  if (!part.stores) return;
  const auto center = static_cast<float>(mean);
  const float inverse = inverse_deviation(squares / columns, op.epsilon);
  if (part.lane == 0) op.mean[part.row] = center;
  if (part.lane == 0) op.inverse[part.row] = inverse;
  part.each(
      [&](int64_t i) {
        return Element{x[i], op.scale == nullptr ? 0.0f : op.scale[i],
                       op.offset == nullptr ? 0.0f : op.offset[i]};
      },
      [&](int64_t i, const Element& at) {
        const float normal = (at.x - center) * inverse;
        const float scaled = op.scale == nullptr ? normal : normal * at.scale;
        y[i] = op.offset == nullptr ? scaled : scaled + at.offset;
      });
}

// Sums dy, and dy times the normalised x, over the rows of a column.
struct ParameterGradients {
  static constexpr int kSums = 2;
  LayerNormBackward op;

  struct Loaded {
    float x, dy, mean, inverse;
  };
  struct Terms {
    const LayerNormBackward& op;
    int64_t column;
    __device__ Loaded load(int64_t row) const {
      const int64_t at = row * op.columns + column;
      return {op.x[at], op.dy[at], op.mean[row], op.inverse[row]};
    }
    __device__ ColumnSums<2> operator()(int64_t, const Loaded& at) const {
      const float normal = (at.x - at.mean) * at.inverse;
      return {at.dy, static_cast<double>(at.dy) * normal};
    }
  };
  __device__ Terms terms(const ColumnPart& part) const { return {op, part.column}; }
  __device__ void finish(int64_t column, const ColumnSums<2>& sums) const {
    if (op.doffset != nullptr) op.doffset[column] = static_cast<float>(sums.value[0]);
    if (op.dscale != nullptr) op.dscale[column] = static_cast<float>(sums.value[1]);
  }
};

struct Gradient {
  float x, scaled;  // scaled is dy times scale
};

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) layer_norm_backward_kernel(LayerNormBackward op) {
  const Row part(op.rows, op.columns);
  const auto columns = static_cast<double>(op.columns);
  const float *x = op.x + part.row * op.columns, *dy = op.dy + part.row * op.columns;
  float* dx = op.dx + part.row * op.columns;
  const float center = op.mean[part.row], inverse = op.inverse[part.row];
  const auto normal = [&](float value) { return (value - center) * inverse; };
  const auto scaled = [&](int64_t i) { return op.scale == nullptr ? dy[i] : dy[i] * op.scale[i]; };
  const auto load = [&](int64_t i) { return Gradient{x[i], scaled(i)}; };
  const double sum = part.sum(scaled);
  const double product = part.sum(load, [&](int64_t, const Gradient& at) {
    return static_cast<double>(at.scaled) * normal(at.x);
  });
  if (!part.stores) return;
  const auto mean = static_cast<float>(sum / columns);
  const auto slope = static_cast<float>(product / columns);
  part.each(load, [&](int64_t i, const Gradient& at) {
    dx[i] = inverse * (at.scaled - mean - normal(at.x) * slope);
  });
}

}  // namespace

void launch_layer_norm_forward(const LayerNormForward& op) {
  launch_rows("layer_norm_forward", op.rows, op.columns, &layer_norm_forward_kernel<NarrowRow>,
              &layer_norm_forward_kernel<WideRow>, op);
}

// The parameters' gradients come first, because dx may overwrite dy.
void launch_layer_norm_backward(const LayerNormBackward& op) {
  if (op.dscale != nullptr || op.doffset != nullptr)
    launch_column_sums("layer_norm_parameters", ColumnGrid{op.rows, op.columns, op.scratch},
                       ParameterGradients{op});
  launch_rows("layer_norm_backward", op.rows, op.columns, &layer_norm_backward_kernel<NarrowRow>,
              &layer_norm_backward_kernel<WideRow>, op);
}

}  // namespace thalweg::cuda
