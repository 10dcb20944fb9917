#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"

namespace thalweg::cuda {

namespace {

__global__ void add_kernel(Add op) {
  const int64_t i = own_element();
  if (i < op.length) op.y[i] = op.a[i] + op.b[i];
}

}  // namespace

void launch_add(const Add& op) { launch_elements("add", op.length, &add_kernel, op); }

}  // namespace thalweg::cuda
