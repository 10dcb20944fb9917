#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"
#include "ops/activation_functions.h"

namespace thalweg::cuda {

namespace {

template <Activation kActivation>
__global__ void forward_kernel(ActivationForward op) {
  const int64_t i = own_element();
  if (i < op.length) op.y[i] = activate<kActivation>(op.x[i], op.slope);
}

template <Activation kActivation>
__global__ void backward_kernel(ActivationBackward op) {
  const int64_t i = own_element();
  if (i >= op.length) return;
  const float x = op.x == nullptr ? 0.0f : op.x[i];
  op.dx[i] = op.dy[i] * derivative<kActivation>(x, op.y[i], op.slope);
}

}  // namespace

void launch_activation_forward(const ActivationForward& op) {
  with_activation(op.activation, [&](auto activation) {
    launch_elements("activation_forward", op.length, &forward_kernel<decltype(activation)::kValue>,
                    op);
  });
}

void launch_activation_backward(const ActivationBackward& op) {
  with_activation(op.activation, [&](auto activation) {
    launch_elements("activation_backward", op.length,
                    &backward_kernel<decltype(activation)::kValue>, op);
  });
}

}  // namespace thalweg::cuda
