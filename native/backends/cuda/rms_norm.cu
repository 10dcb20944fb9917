// RMS norm in the order of backends/cpu/rms_norm_lanes.cc, which gives the same bits.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/row.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

struct Element {
  float x, scale;
};

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) rms_norm_forward_kernel(RmsNormForward op) {
  const Row part(op.rows, op.columns);
  const float* x = op.x + part.row * op.columns;
  float* y = op.y + part.row * op.columns;
  const double squares =
      part.sum([&](int64_t i) { return x[i]; },
               [](int64_t, float value) { return static_cast<double>(value) * value; });
  if (!part.stores) return;
  const float inverse = inverse_deviation(squares / static_cast<double>(op.columns), op.epsilon);
  if (part.lane == 0) op.inverse[part.row] = inverse;
  part.each(
      [&](int64_t i) {
        return Element{x[i], op.scale == nullptr ? 0.0f : op.scale[i]};
      },
      [&](int64_t i, const Element& at) {
        const float normal = at.x * inverse;
        y[i] = op.scale == nullptr ? normal : normal * at.scale;
      });
}

// Sums dy times the normalised x over the rows of a column.
struct ScaleGradient {
  static constexpr int kSums = 1;
  RmsNormBackward op;

  struct Loaded {
    float x, dy, inverse;
  };
  struct Terms {
    const RmsNormBackward& op;
    int64_t column;
    __device__ Loaded load(int64_t row) const {
      const int64_t at = row * op.columns + column;
      return {op.x[at], op.dy[at], op.inverse[row]};
    }
    __device__ ColumnSums<1> operator()(int64_t, const Loaded& at) const {
      return {static_cast<double>(at.dy) * (at.x * at.inverse)};
    }
  };
  __device__ Terms terms(const ColumnPart& part) const { return {op, part.column}; }
  __device__ void finish(int64_t column, const ColumnSums<1>& sums) const {
    op.dscale[column] = static_cast<float>(sums.value[0]);
  }
};

struct Gradient {
  float x, scaled;  // scaled is dy times scale
};

template <class Row>
__global__ void __launch_bounds__(kBlockThreads) rms_norm_backward_kernel(RmsNormBackward op) {
  const Row part(op.rows, op.columns);
  const float *x = op.x + part.row * op.columns, *dy = op.dy + part.row * op.columns;
  float* dx = op.dx + part.row * op.columns;
  const float inverse = op.inverse[part.row];
  const auto load = [&](int64_t i) {
    return Gradient{x[i], op.scale == nullptr ? dy[i] : dy[i] * op.scale[i]};
  };
  const double product = part.sum(load, [&](int64_t, const Gradient& at) {
    return static_cast<double>(at.scaled) * (at.x * inverse);
  });
  if (!part.stores) return;
  const auto slope = static_cast<float>(product / static_cast<double>(op.columns));
  part.each(load, [&](int64_t i, const Gradient& at) {
    dx[i] = inverse * (at.scaled - at.x * inverse * slope);
  });
}

}  // namespace

void launch_rms_norm_forward(const RmsNormForward& op) {
  launch_rows("rms_norm_forward", op.rows, op.columns, &rms_norm_forward_kernel<NarrowRow>,
              &rms_norm_forward_kernel<WideRow>, op);
}

void launch_rms_norm_parameters(const RmsNormBackward& op) {
  launch_column_sums("rms_norm_parameters", ColumnGrid{op.rows, op.columns, op.scratch},
                     ScaleGradient{op});
}

void launch_rms_norm_backward(const RmsNormBackward& op) {
  launch_rows("rms_norm_backward", op.rows, op.columns, &rms_norm_backward_kernel<NarrowRow>,
              &rms_norm_backward_kernel<WideRow>, op);
}

}  // namespace thalweg::cuda
