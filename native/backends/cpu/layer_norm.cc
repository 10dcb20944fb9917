#include "backends/cpu/ops.h"
#include "backends/cpu/parts.h"

namespace thalweg::cpu {

// The parameters' gradients come first, because dx may overwrite dy.
void layer_norm_backward(const Lanes& lanes, const LayerNormBackward& op) {
  if (op.dscale != nullptr || op.doffset != nullptr)
    for_columns(op.columns,
                [&](int64_t first, int64_t last) { lanes.layer_norm_parameters(op, first, last); });
  for_rows(op.rows, op.columns,
           [&](int64_t first, int64_t last) { lanes.layer_norm_backward(op, first, last); });
}

}  // namespace thalweg::cpu
