// Backward first sorts the positions by their row in the table.
// Threads then divide the rows among them, and each row adds up its positions in order.
#include <algorithm>
#include <vector>

#include "backends/cpu/ops.h"
#include "backends/cpu/parts.h"

namespace thalweg::cpu {

namespace {

constexpr int64_t kColumns = 64;  // columns that are summed at a time

// Positions sorted by row. Row r has positions[first[r]], …, positions[first[r + 1] - 1].
struct ByRow {
  std::vector<int64_t> first;
  std::vector<int64_t> positions;
};

ByRow sort_by_row(const EmbeddingBackward& op) {
  ByRow sorted = {std::vector<int64_t>(op.count + 1), std::vector<int64_t>(op.positions)};
  const auto row_of = [&](int64_t position) { return static_cast<int64_t>(op.x[position]); };
  for (int64_t i = 0; i < op.positions; ++i) ++sorted.first[row_of(i) + 1];
  for (int64_t row = 0; row < op.count; ++row) sorted.first[row + 1] += sorted.first[row];
  std::vector<int64_t> next(sorted.first);
  for (int64_t i = 0; i < op.positions; ++i) sorted.positions[next[row_of(i)]++] = i;
  return sorted;
}

void sum_row(const EmbeddingBackward& op, const ByRow& sorted, int64_t row) {
  for (int64_t column = 0; column < op.units; column += kColumns) {
    const int64_t width = std::min(kColumns, op.units - column);
    double sums[kColumns] = {};
    for (int64_t i = sorted.first[row]; i < sorted.first[row + 1]; ++i) {
      const float* dy = op.dy + sorted.positions[i] * op.units + column;
      for (int64_t j = 0; j < width; ++j) sums[j] += dy[j];
    }
    float* dweight = op.dweight + row * op.units + column;
    for (int64_t j = 0; j < width; ++j) dweight[j] = static_cast<float>(sums[j]);
  }
}

}  // namespace

void embedding_forward(const Lanes&, const EmbeddingForward& op) {
  for_rows(op.positions, op.units, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i)
      std::copy_n(op.weight + static_cast<int64_t>(op.x[i]) * op.units, op.units,
                  op.y + i * op.units);
  });
}

void embedding_backward(const Lanes&, const EmbeddingBackward& op) {
  const ByRow sorted = sort_by_row(op);
  for_rows(op.count, op.units, [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) sum_row(op, sorted, row);
  });
}

}  // namespace thalweg::cpu
