// Columns of a matrix on the GPU: 32 threads a column. Sums run in the order of
// core/fold.h: the same bits as backends/cpu/column_sums.h.
#pragma once

#include <cuda_runtime.h>

#include "backends/cuda/device/reduce.cuh"

namespace thalweg::cuda {

// Neighbouring threads take neighbouring columns: 32 bytes of a row at a time.
inline constexpr int kBlockColumns = kBlockThreads / kColumnPartials;

// One thread's part of a column. A thread beyond the last column goes along on that
// column without storing.
struct ColumnPart {
  int64_t column;
  int64_t rows;
  int place;  // among the block's columns
  int lane;
  bool stores;

  __device__ ColumnPart(int64_t rows_, int64_t columns) : rows(rows_) {
    place = threadIdx.x % kBlockColumns;
    lane = threadIdx.x / kBlockColumns;
    const int64_t own = int64_t{blockIdx.x} * kBlockColumns + place;
    stores = own < columns;
    column = stores ? own : columns - 1;
  }

  // body(row) for this thread's rows.
  template <class Body>
  __device__ void each(Body body) const {
    for (int64_t row = lane; row < rows; row += kColumnPartials) body(row);
  }
  // Sum over the rows of term(row); every thread of the column gets it. The whole
  // block calls it.
  template <class Term>
  __device__ double sum(Term term) const {
    __shared__ double partial[kColumnPartials][kBlockColumns];
    double own = 0;
    each([&](int64_t row) { own += term(row); });
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
};

}  // namespace thalweg::cuda
