#include "backends/reference/reference_backend.h"

namespace thalweg {

void ReferenceBackend::add(const Add& op) {
  for (int64_t i = 0; i < op.length; ++i) op.y[i] = op.a[i] + op.b[i];
}

}  // namespace thalweg
