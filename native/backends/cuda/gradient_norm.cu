// Computes the norm and the clip factors from the sums of pieces, and judges the gradient. It works
// in the order of train/step/step_norms.cc, but without the host.
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "backends/step_clip.h"

namespace thalweg::cuda {

namespace {

// Computes the norm and the factors of all tensors. Halts the queue where the policy refuses the
// gradient.
__device__ void judge(const NormTables& tables, int64_t tensors, const StepPolicy& policy,
                      const StepPlace& place) {
  const double total = fold_by_block(tensors, [&](int64_t i) {
    const double factor = __ldcg(tables.tensor_factors + i);
    return __ldcg(tables.tensor_sums + i) * factor * factor;
  });
  const double norm = square_root(total);
  const double global = clip_factor(policy.global_limit, norm);
  for (int64_t i = threadIdx.x; i < tensors; i += kBlockThreads) {
    const auto factor = static_cast<float>(__ldcg(tables.tensor_factors + i));
    tables.factors[i] = global == 1 ? factor : static_cast<float>(factor * global);
  }
  if (threadIdx.x != 0) return;
  const double loss = place.loss == nullptr ? policy.loss : *place.loss;
  const bool is_fit = isfinite(norm) && norm <= policy.norm_limit && isfinite(loss);
  if (policy.refuses != 0 && !is_fit) *place.halted = 1;
  *place.outcome = {norm, *place.halted};
}

// A block takes one tensor. The last block to finish judges the whole gradient.
__global__ void __launch_bounds__(kBlockThreads) norm_kernel(NormTables tables, StepPlace place) {
  const StepPolicy& policy = place.arguments->policy;
  const int64_t tensor = blockIdx.x, first = tables.first_piece[tensor];
  const double sum = fold_by_block(tables.first_piece[tensor + 1] - first,
                                   [&](int64_t i) { return tables.sums[first + i]; });
  if (threadIdx.x == 0) {
    tables.tensor_sums[tensor] = sum;
    tables.tensor_factors[tensor] = clip_factor(policy.tensor_limit, square_root(sum));
  }
  if (is_last_block(tables.arrived)) judge(tables, gridDim.x, policy, place);
}

}  // namespace

void launch_norm(const NormTables& tables, int64_t tensors, const StepPlace& place) {
  launch("norm", tensors, kBlockThreads, &norm_kernel, tables, place);
}

}  // namespace thalweg::cuda
