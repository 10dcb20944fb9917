// Sums and maxima over the rows of a matrix on the GPU, with 16 threads per row, or a block where
// the row is wide. They run in the order of backends/cpu/row_sums.h and give the same bits.
#pragma once

#include <cuda_runtime.h>

#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/device/strided.cuh"

namespace thalweg::cuda {

struct Add {
  __device__ double operator()(double a, double b) const { return a + b; }
};
struct Larger {
  __device__ float operator()(float a, float b) const { return b > a ? b : a; }
};
struct Smaller {
  __device__ int64_t operator()(int64_t a, int64_t b) const { return b < a ? b : a; }
};

// One thread's part of a row that kThreads threads share, either kRowPartials or kWidePartials. The
// rows of one warp go through the same shuffles. So a thread beyond the last row repeats that row
// without storing.
template <int kThreads>
struct RowPart {
  static constexpr int kRows = kBlockThreads / kThreads;  // rows of a block
  int64_t row;
  int64_t columns;
  int lane;
  bool stores;

  __device__ RowPart(int64_t rows, int64_t columns_) : columns(columns_) {
    const int64_t own = int64_t{blockIdx.x} * kRows + threadIdx.x / kThreads;
    lane = threadIdx.x % kThreads;
    stores = own < rows;
    row = stores ? own : rows - 1;
  }

  // Calls use(column, load(column)) for this thread's columns.
  template <class Load, class Use>
  __device__ void each(Load load, Use use) const {
    for_strided(lane, columns, kThreads, load, use);
  }
  // Returns the sum over the columns of term(column, load(column)) to every thread of the row.
  template <class Load, class Term>
  __device__ double sum(Load load, Term term) const;
  // Returns the sum over the columns of load(column).
  template <class Load>
  __device__ double sum(Load load) const {
    return sum(load, [](int64_t, auto loaded) { return loaded; });
  }
  // Returns the largest element of x [columns], and ignores NaN.
  __device__ float maximum(const float* x) const;
  // Returns the first column whose x equals `value`, or `columns` where there is none.
  __device__ int64_t first_of(float value, const float* x) const;

 private:
  template <class T>
  __device__ static T from(T value, int source) {
    return __shfl_sync(kAllLanes, value, source, kThreads);
  }
  // Joins the values of a row's threads in halves, and returns the result to each of them. The
  // whole block must call it.
  template <class T, class Join>
  __device__ static T join(T own, Join join);
};

using NarrowRow = RowPart<kRowPartials>;
using WideRow = RowPart<kWidePartials>;
static_assert(kWidePartials == kBlockThreads);

template <int kThreads>
template <class T, class Join>
__device__ T RowPart<kThreads>::join(T own, Join join) {
  if constexpr (kThreads > kWarp) {
    __shared__ T values[kThreads];
    const auto thread = static_cast<int>(threadIdx.x);
    values[thread] = own;
    for (int width = kThreads / 2; width >= kWarp; width /= 2) {
      __syncthreads();
      if (thread < width) values[thread] = join(values[thread], values[thread + width]);
    }
    __syncthreads();
    own = values[thread % kWarp];
    __syncthreads();
  }
  for (int width = (kThreads < kWarp ? kThreads : kWarp) / 2; width > 0; width /= 2)
    own = join(own, __shfl_xor_sync(kAllLanes, own, width));
  return own;
}

template <int kThreads>
template <class Load, class Term>
__device__ double RowPart<kThreads>::sum(Load load, Term term) const {
  double own = 0, sum = 0;
  const auto add = [&](int64_t i, const auto& loaded) { own += term(i, loaded); };
  if constexpr (kThreads == kRowPartials) {
    for_strided(lane, columns, kRowPartials, load, add);
    if (columns >= kRowPartials) return join(own, Add{});
    // A short row adds its values one by one.
    for (int i = 0; i < columns; ++i) sum += from(own, i);
  } else {
    for (int64_t first = 0; first < columns; first += kRowChunk) {
      const int64_t end = first + kRowChunk, last = end < columns ? end : columns;
      own = 0;
      for (int64_t run = first + lane / kRowPartials * kRowRun; run < last;
           run += kRowRuns * kRowRun)
        for_strided(run + lane % kRowPartials, run + kRowRun < last ? run + kRowRun : last,
                    kRowPartials, load, add);
      sum += join(own, Add{});
    }
  }
  return sum;
}

template <int kThreads>
__device__ float RowPart<kThreads>::maximum(const float* x) const {
  float highest = -INFINITY;
  each([&](int64_t i) { return x[i]; },
       [&](int64_t, float value) { highest = value > highest ? value : highest; });
  return join(highest, Larger{});
}

template <int kThreads>
__device__ int64_t RowPart<kThreads>::first_of(float value, const float* x) const {
  int64_t first = columns;
  each([&](int64_t i) { return x[i]; },
       [&](int64_t i, float found) { first = found == value && i < first ? i : first; });
  return join(first, Smaller{});
}

// Queues the kernel for narrow rows or the one for wide rows.
template <class... Parameters>
void launch_rows(const char* name, int64_t rows, int64_t columns, void (*narrow)(Parameters...),
                 void (*wide)(Parameters...), Parameters... arguments) {
  if (columns < kWideRow)
    launch(name, ceil_div(rows, NarrowRow::kRows), kBlockThreads, narrow, arguments...);
  else
    launch(name, rows, kBlockThreads, wide, arguments...);
}

}  // namespace thalweg::cuda
