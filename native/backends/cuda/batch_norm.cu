// Batch norm in the order of backends/cpu/batch_norm_lanes.cc, which gives the same bits. Where the
// rows are one chunk, a block has whole columns, and one kernel does all the work.
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/norm_functions.h"

namespace thalweg::cuda {

namespace {

// ---- moments ----

struct ValueTerms {
  const float* x;
  int64_t columns;
  __device__ float load(int64_t row) const { return x[row * columns]; }
  __device__ ColumnSums<1> operator()(int64_t, float value) const { return {value}; }
};

struct DistanceTerms {
  const float* x;
  int64_t columns;
  double mean;
  __device__ float load(int64_t row) const { return x[row * columns]; }
  __device__ ColumnSums<1> operator()(int64_t, float value) const {
    const double distance = value - mean;
    return {distance * distance};
  }
};

__global__ void __launch_bounds__(kBlockThreads)
    batch_moments_kernel(BatchMoments op, ColumnGrid grid) {
  const ColumnPart part(grid);
  const auto rows = static_cast<double>(op.rows);
  const float* x = op.x + part.column;
  const double mean = part.sums(ValueTerms{x, op.columns}).value[0] / rows;
  const double squares = part.sums(DistanceTerms{x, op.columns, mean}).value[0];
  if (!part.leads()) return;
  op.mean[part.column] = static_cast<float>(mean);
  op.variance[part.column] = static_cast<float>(squares / rows);
}

// Computes the mean of several chunks before the variance, which needs it in float64.
struct BatchMean {
  static constexpr int kSums = 1;
  BatchMoments op;
  ColumnGrid grid;
  __device__ ValueTerms terms(const ColumnPart& part) const {
    return {op.x + part.column, op.columns};
  }
  __device__ void finish(int64_t column, const ColumnSums<1>& sums) const {
    const double mean = sums.value[0] / static_cast<double>(op.rows);
    *grid.kept(column) = mean;
    op.mean[column] = static_cast<float>(mean);
  }
};

struct BatchVariance {
  static constexpr int kSums = 1;
  BatchMoments op;
  ColumnGrid grid;
  __device__ DistanceTerms terms(const ColumnPart& part) const {
    return {op.x + part.column, op.columns, *grid.kept(part.column)};
  }
  __device__ void finish(int64_t column, const ColumnSums<1>& sums) const {
    op.variance[column] = static_cast<float>(sums.value[0] / static_cast<double>(op.rows));
  }
};

// ---- forward and backward ----

// The values that normalise the elements of a column.
struct Column {
  float mean, inverse, factor;
};

template <class Op>
__device__ Column read_column(const Op& op, int64_t column) {
  const float inverse = inverse_deviation(op.variance[column], op.epsilon);
  const float factor = op.scale == nullptr ? inverse : op.scale[column] * inverse;
  return {op.mean[column], inverse, factor};
}

__global__ void __launch_bounds__(kBlockThreads)
    batch_norm_forward_kernel(BatchNormForward op, ColumnGrid grid) {
  const ColumnPart part(grid);
  const Column column = read_column(op, part.column);
  const float offset = op.offset == nullptr ? 0.0f : op.offset[part.column];
  if (!part.stores) return;
  const auto at = [&](int64_t row) { return row * op.columns + part.column; };
  part.each(
      [&](int64_t row) { return op.x[at(row)]; },
      [&](int64_t row, float x) { op.y[at(row)] = (x - column.mean) * column.factor + offset; });
}

struct Pair {
  float x, dy;
};

// The terms of a column's sums: dy, and dy times the normalised x.
struct GradientTerms {
  const BatchNormBackward& op;
  Column values;
  int64_t column;
  __device__ GradientTerms(const BatchNormBackward& op_, int64_t column_)
      : op(op_), values(read_column(op_, column_)), column(column_) {}
  __device__ int64_t at(int64_t row) const { return row * op.columns + column; }
  __device__ float normal(float x) const { return (x - values.mean) * values.inverse; }
  __device__ Pair load(int64_t row) const { return {op.x[at(row)], op.dy[at(row)]}; }
  __device__ ColumnSums<2> operator()(int64_t, const Pair& loaded) const {
    return {loaded.dy, static_cast<double>(loaded.dy) * normal(loaded.x)};
  }
};

// The means of these two terms over the batch.
struct Slopes {
  float mean, slope;
};
static_assert(sizeof(Slopes) == sizeof(double));

// Stores the gradients of a column's parameters, and returns the means that dx needs.
__device__ Slopes finish_column(const BatchNormBackward& op, int64_t column,
                                const ColumnSums<2>& sums) {
  const auto rows = static_cast<double>(op.rows);
  if (op.doffset != nullptr) op.doffset[column] = static_cast<float>(sums.value[0]);
  if (op.dscale != nullptr) op.dscale[column] = static_cast<float>(sums.value[1]);
  if (!op.of_batch) return {0.0f, 0.0f};
  return {static_cast<float>(sums.value[0] / rows), static_cast<float>(sums.value[1] / rows)};
}

__device__ void store_gradient(const ColumnPart& part, const GradientTerms& terms,
                               const Slopes& slopes) {
  part.each([&](int64_t row) { return terms.load(row); },
            [&](int64_t row, const Pair& loaded) {
              terms.op.dx[terms.at(row)] =
                  terms.values.factor *
                  (loaded.dy - slopes.mean - terms.normal(loaded.x) * slopes.slope);
            });
}

__global__ void __launch_bounds__(kBlockThreads)
    batch_norm_backward_kernel(BatchNormBackward op, ColumnGrid grid) {
  const ColumnPart part(grid);
  const GradientTerms terms(op, part.column);
  const ColumnSums<2> sums = part.sums(terms);
  if (!part.stores) return;
  BatchNormBackward own = op;  // all threads need the slopes, but one stores these gradients
  if (!part.leads()) own.dscale = own.doffset = nullptr;
  store_gradient(part, terms, finish_column(own, part.column, sums));
}

struct BatchNormSums {
  static constexpr int kSums = 2;
  BatchNormBackward op;
  ColumnGrid grid;
  __device__ GradientTerms terms(const ColumnPart& part) const { return {op, part.column}; }
  __device__ void finish(int64_t column, const ColumnSums<2>& sums) const {
    *reinterpret_cast<Slopes*>(grid.kept(column)) = finish_column(op, column, sums);
  }
};

__global__ void __launch_bounds__(kBlockThreads)
    batch_norm_gradient_kernel(BatchNormBackward op, ColumnGrid grid) {
  const ColumnPart part(grid);
  if (!part.stores) return;
  const auto slopes = *reinterpret_cast<const Slopes*>(grid.kept(part.column));
  store_gradient(part, GradientTerms(op, part.column), slopes);
}

__global__ void __launch_bounds__(kBlockThreads) batch_norm_update_kernel(BatchNormUpdate op) {
  const int64_t i = own_element();
  if (i >= op.columns || (op.halted != nullptr && *op.halted != 0)) return;
  op.running_mean[i] = moving_average(op.running_mean[i], op.mean[i], op.momentum);
  op.running_variance[i] =
      moving_average(op.running_variance[i], op.variance[i] * op.correction, op.momentum);
}

}  // namespace

void launch_batch_moments(const BatchMoments& op) {
  const ColumnGrid grid{op.rows, op.columns, op.scratch};
  if (grid.chunks == 1)
    return launch("batch_moments", grid.blocks(), kBlockThreads, &batch_moments_kernel, op, grid);
  launch_column_sums("batch_means", grid, BatchMean{op, grid});
  launch_column_sums("batch_variances", grid, BatchVariance{op, grid});
}

void launch_batch_norm_forward(const BatchNormForward& op) {
  const ColumnGrid grid{op.rows, op.columns, nullptr};
  launch("batch_norm_forward", grid.blocks(), kBlockThreads, &batch_norm_forward_kernel, op, grid);
}

void launch_batch_norm_backward(const BatchNormBackward& op) {
  const ColumnGrid grid{op.rows, op.columns, op.scratch};
  if (grid.chunks == 1)
    return launch("batch_norm_backward", grid.blocks(), kBlockThreads, &batch_norm_backward_kernel,
                  op, grid);
  launch_column_sums("batch_norm_sums", grid, BatchNormSums{op, grid});
  launch("batch_norm_gradient", grid.blocks(), kBlockThreads, &batch_norm_gradient_kernel, op,
         grid);
}

void launch_batch_norm_update(const BatchNormUpdate& op) {
  launch_elements("batch_norm_update", op.columns, &batch_norm_update_kernel, op);
}

}  // namespace thalweg::cuda
