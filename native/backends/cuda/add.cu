#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

__global__ void add_kernel(Add op) {
  const int64_t i = int64_t{blockIdx.x} * kBlockThreads + threadIdx.x;
  if (i < op.length) op.y[i] = op.a[i] + op.b[i];
}

}  // namespace

void launch_add(const Add& op) {
  launch("add", ceil_div(op.length, kBlockThreads), kBlockThreads, &add_kernel, op);
}

}  // namespace thalweg::cuda
