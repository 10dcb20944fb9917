// Embeddings. Backward gives each row of the table a block, which looks through all
// positions in order: no atomics on floats, and the bits of the processor.
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

__global__ void __launch_bounds__(kBlockThreads) embedding_forward_kernel(EmbeddingForward op) {
  const int64_t i = int64_t{blockIdx.x} * kBlockThreads + threadIdx.x;
  if (i >= op.positions * op.units) return;
  op.y[i] = op.weight[static_cast<int64_t>(op.x[i / op.units]) * op.units + i % op.units];
}

// A block a row and kBlockThreads columns; a thread sums a column.
__global__ void __launch_bounds__(kBlockThreads)
    embedding_backward_kernel(EmbeddingBackward op, int64_t across) {
  __shared__ bool own[kBlockThreads];  // whether a position of the stretch has this row
  __shared__ unsigned found;
  const int64_t row = blockIdx.x / across;
  const int64_t column = blockIdx.x % across * kBlockThreads + threadIdx.x;
  double sum = 0;
  for (int64_t begin = 0; begin < op.positions; begin += kBlockThreads) {
    if (threadIdx.x == 0) found = 0;
    __syncthreads();
    const int64_t at = begin + threadIdx.x;
    own[threadIdx.x] = at < op.positions && static_cast<int64_t>(op.x[at]) == row;
    if (own[threadIdx.x]) atomicAdd(&found, 1u);
    __syncthreads();
    if (found != 0 && column < op.units)
      for (int i = 0; i < kBlockThreads; ++i)
        if (own[i]) sum += op.dy[(begin + i) * op.units + column];
    __syncthreads();
  }
  if (column < op.units) op.dweight[row * op.units + column] = static_cast<float>(sum);
}

}  // namespace

void launch_embedding_forward(const EmbeddingForward& op) {
  launch("embedding_forward", ceil_div(op.positions * op.units, kBlockThreads), kBlockThreads,
         &embedding_forward_kernel, op);
}

void launch_embedding_backward(const EmbeddingBackward& op) {
  const int64_t across = ceil_div(op.units, kBlockThreads);
  launch("embedding_backward", op.count * across, kBlockThreads, &embedding_backward_kernel, op,
         across);
}

}  // namespace thalweg::cuda
