// The gradient before a dense layer's activation, with the bias gradient, and a matrix product for
// machines without cuBLAS. The product has the bits of the processor's (backends/product.h).
#include "backends/cuda/device/columns.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/activation_functions.h"

namespace thalweg::cuda {

namespace {

// ---- dy *= f', and the sums of its columns ----

// One pass does both. A block takes eight columns of a chunk of rows.
template <Activation kActivation>
struct OutputGradient {
  static constexpr int kSums = 1;
  DenseBackward op;

  struct Loaded {
    float dy, y, before;
  };
  struct Terms {
    const DenseBackward& op;
    int64_t column;
    bool stores;

    __device__ int64_t at(int64_t row) const { return row * op.outputs + column; }
    __device__ Loaded load(int64_t row) const {
      if (!stores) return {};
      if constexpr (kActivation == Activation::kNone) return {op.dy[at(row)], 0.0f, 0.0f};
      return {op.dy[at(row)], op.y[at(row)], op.before == nullptr ? 0.0f : op.before[at(row)]};
    }
    __device__ ColumnSums<1> operator()(int64_t row, const Loaded& loaded) const {
      if constexpr (kActivation == Activation::kNone) return {loaded.dy};
      const float dy = loaded.dy * derivative<kActivation>(loaded.before, loaded.y, op.slope);
      if (stores) op.dy[at(row)] = dy;
      return {dy};
    }
  };
  __device__ Terms terms(const ColumnPart& part) const { return {op, part.column, part.stores}; }
  __device__ void finish(int64_t column, const ColumnSums<1>& sums) const {
    op.dbias[column] = static_cast<float>(sums.value[0]);
  }
};

// ---- a product in tiles ----

constexpr int kTile = 64;   // rows and columns of c that a block computes
constexpr int kDepth = 16;  // steps of k at a time; it divides kSummedRows
constexpr int kSide = 4;    // rows and columns of c that a thread computes

struct Tile {
  float a[kDepth][kTile + 1];  // one more column avoids bank conflicts
  float b[kDepth][kTile + 1];
};

// Loads a tile of op(a) from (row, k) on and a tile of op(b) from (k, column) on. Elements beyond
// the borders are 0.
__device__ void load_tile(const Product& p, int64_t row, int64_t column, int64_t k, Tile& tile) {
  for (int i = threadIdx.x; i < kTile * kDepth; i += kBlockThreads) {
    const int ka = p.transpose_a ? i / kTile : i % kDepth;
    const int ra = p.transpose_a ? i % kTile : i / kDepth;
    const bool in_a = row + ra < p.m && k + ka < p.k;
    const int64_t at_a = p.transpose_a ? (k + ka) * p.m + row + ra : (row + ra) * p.k + k + ka;
    tile.a[ka][ra] = in_a ? p.a[at_a] : 0.0f;
    const int kb = p.transpose_b ? i % kDepth : i / kTile;
    const int cb = p.transpose_b ? i / kDepth : i % kTile;
    const bool in_b = column + cb < p.n && k + kb < p.k;
    const int64_t at_b =
        p.transpose_b ? (column + cb) * p.k + k + kb : (k + kb) * p.n + column + cb;
    tile.b[kb][cb] = in_b ? p.b[at_b] : 0.0f;
  }
}

using Sums = float[kSide][kSide];

__device__ void multiply(const Tile& tile, int k, int y, int x, Sums& sum) {
#pragma unroll
  for (int i = 0; i < kSide; ++i)
#pragma unroll
    for (int j = 0; j < kSide; ++j)
      sum[i][j] =
          fmaf(tile.a[k][y + kTile / kSide * i], tile.b[k][x + kTile / kSide * j], sum[i][j]);
}
// Leaves out steps beyond the last one, because a product of zeros would make +0 of a sum of -0.
__device__ void multiply_tile(const Tile& tile, int64_t steps, int y, int x, Sums& sum) {
  if (steps < kDepth) {
    for (int k = 0; k < steps; ++k) multiply(tile, k, y, x, sum);
    return;
  }
#pragma unroll
  for (int k = 0; k < kDepth; ++k) multiply(tile, k, y, x, sum);
}
// Ends a chunk of the summed rows: adds its sums to those before it, and begins the next chunk.
__device__ void end_chunk(bool is_first, Sums& total, Sums& sum) {
#pragma unroll
  for (int i = 0; i < kSide; ++i)
#pragma unroll
    for (int j = 0; j < kSide; ++j) {
      total[i][j] = is_first ? sum[i][j] : total[i][j] + sum[i][j];
      sum[i][j] = 0;
    }
}

// Loads the elements of c that a thread adds to. The first of them is (row, column).
__device__ void load_sums(const Product& p, int64_t row, int64_t column, Sums& sums) {
  for (int i = 0; i < kSide; ++i)
    for (int j = 0; j < kSide; ++j) {
      const int64_t r = row + kTile / kSide * i, c = column + kTile / kSide * j;
      if (r < p.m && c < p.n) sums[i][j] = p.c[r * p.n + c];
    }
}

template <Activation kActivation>
__global__ void __launch_bounds__(kBlockThreads) product_kernel(Product p, int64_t tiles_across) {
  __shared__ Tile tile;
  const int64_t row = blockIdx.x / tiles_across * kTile;
  const int64_t column = blockIdx.x % tiles_across * kTile;
  const int y = threadIdx.x / (kTile / kSide), x = threadIdx.x % (kTile / kSide);
  Sums sum = {}, total = {};
  if (p.adds) load_sums(p, row + y, column + x, total);
  for (int64_t k = 0; k < p.k; k += kDepth) {
    load_tile(p, row, column, k, tile);
    __syncthreads();
    multiply_tile(tile, p.k - k, y, x, sum);
    __syncthreads();
    const bool ends = k + kDepth >= p.k || (p.transpose_a && (k + kDepth) % kSummedRows == 0);
    if (ends) end_chunk(!p.adds && (!p.transpose_a || k < kSummedRows), total, sum);
  }
#pragma unroll
  for (int i = 0; i < kSide; ++i) {
#pragma unroll
    for (int j = 0; j < kSide; ++j) {
      const int64_t r = row + y + kTile / kSide * i, c = column + x + kTile / kSide * j;
      if (r >= p.m || c >= p.n) continue;
      const float value = p.bias == nullptr ? total[i][j] : total[i][j] + p.bias[c];
      p.c[r * p.n + c] = activate<kActivation>(value, p.slope);
    }
  }
}

}  // namespace

void launch_output_gradient(const DenseBackward& op) {
  if (op.dbias == nullptr) {
    if (op.activation == Activation::kNone) return;
    return launch_activation_backward(
        {op.activation, op.slope, op.before, op.y, op.dy, op.dy, op.rows * op.outputs});
  }
  with_activation(op.activation, [&](auto activation) {
    launch_column_sums("output_gradient", ColumnGrid{op.rows, op.outputs, op.scratch},
                       OutputGradient<decltype(activation)::kValue>{op});
  });
}

void launch_product(const Product& product) {
  const int64_t across = ceil_div(product.n, kTile);
  with_activation(product.activation, [&](auto activation) {
    launch("product", ceil_div(product.m, kTile) * across, kBlockThreads,
           &product_kernel<decltype(activation)::kValue>, product, across);
  });
}

}  // namespace thalweg::cuda
