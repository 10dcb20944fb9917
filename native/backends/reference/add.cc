#include "backends/reference/ops.h"

namespace thalweg::reference {

void add(const Add& op) {
  for (int64_t i = 0; i < op.length; ++i) op.y[i] = op.a[i] + op.b[i];
}

}  // namespace thalweg::reference
