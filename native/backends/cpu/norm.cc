// The normalisations that ops.def does not cut into parts.
#include "backends/cpu/ops.h"
#include "backends/cpu/parts.h"
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

// The parameters' gradients come first, because dx may overwrite dy.
void layer_norm_backward(const Lanes& lanes, const LayerNormBackward& op) {
  if (op.dscale != nullptr || op.doffset != nullptr)
    for_columns(op.columns,
                [&](int64_t first, int64_t last) { lanes.layer_norm_parameters(op, first, last); });
  for_rows(op.rows, op.columns,
           [&](int64_t first, int64_t last) { lanes.layer_norm_backward(op, first, last); });
}

}  // namespace thalweg::cpu
