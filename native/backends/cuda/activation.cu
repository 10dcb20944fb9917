#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "ops/activation_functions.h"

namespace thalweg::cuda {

namespace {

__device__ int64_t thread_index() { return int64_t{blockIdx.x} * kBlockThreads + threadIdx.x; }

template <Activation kActivation>
__global__ void forward_kernel(ActivationForward op) {
  const int64_t i = thread_index();
  if (i < op.length) op.y[i] = activate<kActivation>(op.x[i], op.slope);
}

template <Activation kActivation>
__global__ void backward_kernel(ActivationBackward op) {
  const int64_t i = thread_index();
  if (i >= op.length) return;
  const float x = op.x == nullptr ? 0.0f : op.x[i];
  op.dx[i] = op.dy[i] * derivative<kActivation>(x, op.y[i], op.slope);
}

}  // namespace

void launch_activation_forward(const ActivationForward& op) {
  with_activation(op.activation, [&](auto activation) {
    launch("activation_forward", ceil_div(op.length, kBlockThreads), kBlockThreads,
           &forward_kernel<decltype(activation)::kValue>, op);
  });
}

void launch_activation_backward(const ActivationBackward& op) {
  with_activation(op.activation, [&](auto activation) {
    launch("activation_backward", ceil_div(op.length, kBlockThreads), kBlockThreads,
           &backward_kernel<decltype(activation)::kValue>, op);
  });
}

}  // namespace thalweg::cuda
