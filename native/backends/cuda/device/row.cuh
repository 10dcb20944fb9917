// Rows of a matrix on the GPU: 16 threads a row. Sums and maxima run in the order
// of backends/cpu/row_sums.h: the same bits.
#pragma once

#include <cuda_runtime.h>

#include "backends/cuda/device/reduce.cuh"

namespace thalweg::cuda {

inline constexpr int kRowThreads = 16;  // its partial results
inline constexpr int kRowsPerBlock = kBlockThreads / kRowThreads;

// One thread's part of a row. Both rows of a warp go through the same shuffles, so
// that a thread beyond the last row runs along on that row without storing.
struct RowPart {
  int64_t row;
  int64_t columns;
  int lane;
  bool stores;

  __device__ RowPart(int64_t rows, int64_t columns_) : columns(columns_) {
    const int64_t own = int64_t{blockIdx.x} * kRowsPerBlock + threadIdx.x / kRowThreads;
    lane = threadIdx.x % kRowThreads;
    stores = own < rows;
    row = stores ? own : rows - 1;
  }

  // body(column) for this thread's columns.
  template <class Body>
  __device__ void each(Body body) const {
    for (int64_t i = lane; i < columns; i += kRowThreads) body(i);
  }
  // Sum over the columns of term(column); every thread of the row gets it.
  template <class Term>
  __device__ double sum(Term term) const;
  // The largest of x [columns]; NaN elements are passed over.
  __device__ float maximum(const float* x) const;
  // The first column of x that equals `value`, or columns.
  __device__ int64_t first_of(float value, const float* x) const;

 private:
  template <class T>
  __device__ static T from(T value, int source) {
    return __shfl_sync(kAllLanes, value, source, kRowThreads);
  }
  template <class T>
  __device__ static T across(T value, int width) {
    return __shfl_xor_sync(kAllLanes, value, width, kRowThreads);
  }
};

template <class Term>
__device__ double RowPart::sum(Term term) const {
  double partial = 0;
  if (columns < kRowThreads) {  // one by one
    const double own = lane < columns ? static_cast<double>(term(lane)) : 0.0;
    for (int i = 0; i < columns; ++i) partial += from(own, i);
    return partial;
  }
  each([&](int64_t i) { partial += term(i); });
  for (int width = kRowThreads / 2; width > 0; width /= 2) partial += across(partial, width);
  return partial;
}

__device__ inline float RowPart::maximum(const float* x) const {
  float highest = -INFINITY;
  each([&](int64_t i) { highest = x[i] > highest ? x[i] : highest; });
  for (int width = kRowThreads / 2; width > 0; width /= 2) {
    const float other = across(highest, width);
    highest = other > highest ? other : highest;
  }
  return highest;
}

__device__ inline int64_t RowPart::first_of(float value, const float* x) const {
  int64_t first = columns;
  each([&](int64_t i) { first = x[i] == value && i < first ? i : first; });
  for (int width = kRowThreads / 2; width > 0; width /= 2) {
    const int64_t other = across(first, width);
    first = other < first ? other : first;
  }
  return first;
}

}  // namespace thalweg::cuda
