#include "backends/check_classes.h"
#include "backends/cpu/ops.h"
#include "backends/cpu/parts.h"
#include "core/fold.h"

namespace thalweg::cpu {

void loss(const Lanes& lanes, const Loss& op) {
  check_classes(op);
  for_rows(op.rows, op.columns, [&](int64_t first, int64_t last) { lanes.loss(op, first, last); });
  *op.result = {.sum = fold(op.rows, [&](int64_t row) { return op.row_losses[row]; })};
  for (int64_t row = 0; row < op.rows; ++row) op.result->correct += op.row_correct[row];
}

}  // namespace thalweg::cpu
