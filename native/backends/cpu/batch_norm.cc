#include "backends/cpu/ops.h"
#include "ops/norm_functions.h"

namespace thalweg::cpu {

void batch_norm_update(const Lanes&, const BatchNormUpdate& op) {
  if (op.halted != nullptr && *op.halted != 0) return;
  for (int64_t i = 0; i < op.columns; ++i) {
    op.running_mean[i] = moving_average(op.running_mean[i], op.mean[i], op.momentum);
    op.running_variance[i] =
        moving_average(op.running_variance[i], op.variance[i] * op.correction, op.momentum);
  }
}

}  // namespace thalweg::cpu
