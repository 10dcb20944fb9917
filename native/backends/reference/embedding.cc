#include <cstddef>
#include <vector>

#include "backends/reference/ops.h"

namespace thalweg::reference {

void embedding_forward(const EmbeddingForward& op) {
  for (int64_t i = 0; i < op.positions * op.units; ++i)
    op.y[i] = op.weight[static_cast<int64_t>(op.x[i / op.units]) * op.units + i % op.units];
}

void embedding_backward(const EmbeddingBackward& op) {
  std::vector<double> sums(op.count * op.units);
  for (int64_t i = 0; i < op.positions * op.units; ++i)
    sums[static_cast<int64_t>(op.x[i / op.units]) * op.units + i % op.units] += op.dy[i];
  for (size_t i = 0; i < sums.size(); ++i) op.dweight[i] = static_cast<float>(sums[i]);
}

}  // namespace thalweg::reference
