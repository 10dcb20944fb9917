// Sums over the columns of a matrix on the GPU. A block takes eight columns of a chunk of rows,
// with 32 threads per column. Sums run in the order of core/fold.h and give the bits of
// backends/cpu/column_sums.h.
#pragma once

#include <cuda_runtime.h>

#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/device/strided.cuh"
#include "ops/scratch.h"

namespace thalweg::cuda {

// Neighbouring threads take neighbouring columns, so that they read 32 bytes of a row at a time.
inline constexpr int kBlockColumns = kBlockThreads / kColumnPartials;

// How a matrix is cut into blocks. `scratch` holds the sums of the chunks where there are several.
// ops/scratch.h gives its size.
struct ColumnGrid {
  int64_t rows, columns;
  double* scratch;
  int64_t chunks = column_chunks(rows);
  int64_t across = ceil_div(columns, kBlockColumns);

  int64_t blocks() const { return chunks * across; }
  // Returns where sum number `which` of a column's chunk is kept.
  __device__ double* sum_of(int which, int64_t column, int64_t chunk) const {
    return scratch + (which * columns + column) * chunks + chunk;
  }
  // Returns where an op keeps a number of its own for each column.
  __device__ double* kept(int64_t column) const {
    return scratch + kColumnSums * columns * chunks + column;
  }
};

// The sums of a column that one pass computes.
template <int kCount>
struct ColumnSums {
  double value[kCount] = {};
  __device__ ColumnSums& operator+=(const ColumnSums& other) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) value[i] += other.value[i];
    return *this;
  }
};

// Folds the partial sums of each column in halves, in shared memory. Returns the total to every
// thread of the column. The whole block must call it.
__device__ inline double fold_column(double own) {
  __shared__ double partial[kColumnPartials][kBlockColumns];
  const int place = threadIdx.x % kBlockColumns, lane = threadIdx.x / kBlockColumns;
  partial[lane][place] = own;
  for (int half = kColumnPartials / 2; half > 0; half /= 2) {
    __syncthreads();
    if (lane < half) partial[lane][place] += partial[lane + half][place];
  }
  __syncthreads();
  const double total = partial[0][place];
  __syncthreads();
  return total;
}

template <int kCount>
__device__ ColumnSums<kCount> fold_columns(ColumnSums<kCount> own) {
  for (int i = 0; i < kCount; ++i) own.value[i] = fold_column(own.value[i]);
  return own;
}

// One thread's part of a column: every 32nd row of a chunk. A thread beyond the last column repeats
// that column without storing, because the whole block must reach each barrier.
struct ColumnPart {
  int64_t column, chunk;
  int64_t first_row, last_row;  // the chunk is [first_row, last_row)
  int lane;
  bool stores;

  __device__ explicit ColumnPart(const ColumnGrid& grid) {
    lane = threadIdx.x / kBlockColumns;
    const int64_t own = blockIdx.x % grid.across * kBlockColumns + threadIdx.x % kBlockColumns;
    stores = own < grid.columns;
    column = stores ? own : grid.columns - 1;
    chunk = blockIdx.x / grid.across;
    first_row = chunk * kColumnChunk;
    const int64_t end = first_row + kColumnChunk;
    last_row = end < grid.rows ? end : grid.rows;
  }

  // Returns true in the one thread that stores the results of its column.
  __device__ bool leads() const { return stores && lane == 0; }

  // Calls use(row, load(row)) for this thread's rows.
  template <class Load, class Use>
  __device__ void each(Load load, Use use) const {
    for_strided(first_row + lane, last_row, kColumnPartials, load, use);
  }
  // Returns the sums over the chunk's rows of terms(row, terms.load(row)) to every thread of the
  // column. The whole block must call it.
  template <class Terms>
  __device__ auto sums(const Terms& terms) const {
    decltype(terms(first_row, terms.load(first_row))) own;
    each([&](int64_t row) { return terms.load(row); },
         [&](int64_t row, const auto& loaded) { own += terms(row, loaded); });
    return fold_columns(own);
  }
};

// `op` has three members: terms(part) returns what ColumnPart::sums takes, kSums is the number of
// sums, and finish(column, sums) stores the results.
template <class Op>
__global__ void __launch_bounds__(kBlockThreads) column_sums_kernel(Op op, ColumnGrid grid) {
  const ColumnPart part(grid);
  const auto terms = op.terms(part);
  const auto sums = part.sums(terms);
  if (!part.leads()) return;
  if (grid.chunks == 1) return op.finish(part.column, sums);
  for (int i = 0; i < Op::kSums; ++i) *grid.sum_of(i, part.column, part.chunk) = sums.value[i];
}

// Adds up the sums of the chunks.
template <class Op>
__global__ void __launch_bounds__(kBlockThreads) column_totals_kernel(Op op, ColumnGrid grid) {
  const int lane = threadIdx.x / kBlockColumns;
  const int64_t own = int64_t{blockIdx.x} * kBlockColumns + threadIdx.x % kBlockColumns;
  const int64_t column = own < grid.columns ? own : grid.columns - 1;
  ColumnSums<Op::kSums> sums;
#pragma unroll 4
  for (int64_t chunk = lane; chunk < grid.chunks; chunk += kColumnPartials)
    for (int i = 0; i < Op::kSums; ++i) sums.value[i] += *grid.sum_of(i, column, chunk);
  sums = fold_columns(sums);
  if (lane == 0 && own < grid.columns) op.finish(column, sums);
}

template <class Op>
void launch_column_sums(const char* name, const ColumnGrid& grid, const Op& op) {
  launch(name, grid.blocks(), kBlockThreads, &column_sums_kernel<Op>, op, grid);
  if (grid.chunks > 1)
    launch(name, grid.across, kBlockThreads, &column_totals_kernel<Op>, op, grid);
}

}  // namespace thalweg::cuda
