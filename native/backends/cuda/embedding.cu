// Embeddings on the GPU. Backward sorts the positions by row, and adds up those of a row in order.
// So it needs no atomics on floats, and has the bits of the processor.
#include "backends/cuda/device/element.cuh"
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/device/strided.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "backends/cuda/position_sort.h"

namespace thalweg::cuda {

namespace {

__global__ void __launch_bounds__(kBlockThreads) embedding_forward_kernel(EmbeddingForward op) {
  const int64_t i = own_element();
  if (i >= op.positions * op.units) return;
  op.y[i] = op.weight[static_cast<int64_t>(op.x[i / op.units]) * op.units + i % op.units];
}

constexpr int kLaneColumns = 4;  // columns that a thread sums
constexpr int64_t kStrip = int64_t{kWarp} * kLaneColumns;

struct SortedPositions {
  const float* rows;  // the row of each position
  const uint32_t* positions;
  int64_t count;
  __device__ int64_t row_at(int64_t i) const { return static_cast<int64_t>(rows[positions[i]]); }
  // Returns the end of the run of positions that begins at `first` and has one row. It doubles its
  // steps beyond the run, and then bisects.
  __device__ int64_t end_of(int64_t first) const {
    const int64_t row = row_at(first);
    int64_t step = 1;
    while (first + step < count && row_at(first + step) == row) step *= 2;
    int64_t inside = first + step / 2;
    int64_t behind = first + step < count ? first + step : count;
    while (behind - inside > 1) {
      const int64_t middle = inside + (behind - inside) / 2;
      (row_at(middle) == row ? inside : behind) = middle;
    }
    return behind;
  }
};

// A warp takes one position and one strip of columns. The warp of a row's first position adds up
// the whole row, and all others return at once.
__global__ void __launch_bounds__(kBlockThreads)
    embedding_backward_kernel(EmbeddingBackward op, SortedPositions sorted, int64_t strips) {
  const int64_t warp = (int64_t{blockIdx.x} * kBlockThreads + threadIdx.x) / kWarp;
  const int64_t first = warp / strips;
  if (first >= op.positions) return;
  const int64_t row = sorted.row_at(first);
  if (first > 0 && sorted.row_at(first - 1) == row) return;
  const int64_t column = warp % strips * kStrip + threadIdx.x % kWarp;
  struct Loaded {
    float value[kLaneColumns];
  };
  double sums[kLaneColumns] = {};
  const auto load = [&](int64_t i) {
    const float* dy = op.dy + sorted.positions[i] * op.units;
    Loaded loaded;
#pragma unroll
    for (int k = 0; k < kLaneColumns; ++k)
      loaded.value[k] = column + k * kWarp < op.units ? dy[column + k * kWarp] : 0.0f;
    return loaded;
  };
  for_strided(first, sorted.end_of(first), 1, load, [&](int64_t, const Loaded& loaded) {
#pragma unroll
    for (int k = 0; k < kLaneColumns; ++k) sums[k] += loaded.value[k];
  });
#pragma unroll
  for (int k = 0; k < kLaneColumns; ++k)
    if (column + k * kWarp < op.units)
      op.dweight[row * op.units + column + k * kWarp] = static_cast<float>(sums[k]);
}

}  // namespace

void launch_embedding_forward(const EmbeddingForward& op) {
  launch_elements("embedding_forward", op.positions * op.units, &embedding_forward_kernel, op);
}

// Rows without positions get 0.
void launch_embedding_backward(const EmbeddingBackward& op) {
  const uint32_t* positions = launch_position_sort(op.x, op.positions, op.count, op.scratch);
  check(cudaMemsetAsync(op.dweight, 0, op.count * op.units * sizeof(float), stream()),
        "cudaMemset");
  const int64_t strips = ceil_div(op.units, kStrip);
  launch("embedding_backward", ceil_div(op.positions * strips * kWarp, kBlockThreads),
         kBlockThreads, &embedding_backward_kernel, op,
         SortedPositions{op.x, positions, op.positions}, strips);
}

}  // namespace thalweg::cuda
