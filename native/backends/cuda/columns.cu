#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"

namespace thalweg::cuda {

namespace {

__global__ void copy_columns_kernel(CopyColumns op) {
  const int64_t i = own_element();
  if (i >= op.rows * op.columns) return;
  const int64_t row = i / op.columns, column = i % op.columns;
  op.to[row * op.to_width + column] = op.from[row * op.from_width + column];
}

}  // namespace

void launch_copy_columns(const CopyColumns& op) {
  launch_elements("copy_columns", op.rows * op.columns, &copy_columns_kernel, op);
}

}  // namespace thalweg::cuda
