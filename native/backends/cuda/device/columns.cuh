// Columns of a matrix on the GPU: a block takes eight of them and a chunk of rows, 32 threads a
// column. Sums run in the order of core/fold.h: the same bits as backends/cpu/column_sums.h.
#pragma once

#include <cuda_runtime.h>

#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/device/strided.cuh"
#include "ops/scratch.h"

namespace thalweg::cuda {

// Neighbouring threads take neighbouring columns: 32 bytes of a row at a time.
inline constexpr int kBlockColumns = kBlockThreads / kColumnPartials;

// How a matrix is cut into blocks. Where there are several chunks, their sums meet in `scratch`,
// as ops/scratch.h says.
struct ColumnGrid {
  int64_t rows, columns;
  double* scratch;
  int64_t chunks = column_chunks(rows);
  int64_t across = ceil_div(columns, kBlockColumns);

  int64_t blocks() const { return chunks * across; }
  // Sum number `which` of a chunk's column.
  __device__ double* sum_of(int which, int64_t column, int64_t chunk) const {
    return scratch + (which * columns + column) * chunks + chunk;
  }
  // A number of the op's own for each column.
  __device__ double* kept(int64_t column) const {
    return scratch + kColumnSums * columns * chunks + column;
  }
};

// The sums of a column that are made in one pass.
template <int kCount>
struct ColumnSums {
  double value[kCount] = {};
  __device__ ColumnSums& operator+=(const ColumnSums& other) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) value[i] += other.value[i];
    return *this;
  }
};

// The block's partial sums in shared memory, folded in halves; every thread of the column gets
// the total. The whole block calls it.
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

// One thread's part of a column: every 32nd row of a chunk. A thread beyond the last column goes
// along on that column without storing.
struct ColumnPart {
  int64_t column, chunk;
  int64_t first_row, last_row;  // of the chunk
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

  // Whether this thread stores what there is one of in a column.
  __device__ bool leads() const { return stores && lane == 0; }

  // use(row, load(row)) for this thread's rows.
  template <class Load, class Use>
  __device__ void each(Load load, Use use) const {
    for_strided(first_row + lane, last_row, kColumnPartials, load, use);
  }
  // Sums over the chunk's rows of terms(row, terms.load(row)); every thread of the column gets
  // them. The whole block calls it.
  template <class Terms>
  __device__ auto sums(const Terms& terms) const {
    decltype(terms(first_row, terms.load(first_row))) own;
    each([&](int64_t row) { return terms.load(row); },
         [&](int64_t row, const auto& loaded) { own += terms(row, loaded); });
    return fold_columns(own);
  }
};

// `op` has terms(part), as ColumnPart::sums takes them, their number kSums, and
// finish(column, sums).
template <class Op>
__global__ void __launch_bounds__(kBlockThreads) column_sums_kernel(Op op, ColumnGrid grid) {
  const ColumnPart part(grid);
  const auto terms = op.terms(part);
  const auto sums = part.sums(terms);
  if (!part.leads()) return;
  if (grid.chunks == 1) return op.finish(part.column, sums);
  for (int i = 0; i < Op::kSums; ++i) *grid.sum_of(i, part.column, part.chunk) = sums.value[i];
}

// Adds the sums of the chunks.
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
