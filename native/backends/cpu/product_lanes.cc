// A register-blocked matrix product for machines without oneDNN. Four rows by 32 columns of c stay
// in registers while k runs. Sums run over k in order, so every instruction set gives the same
// bits.
#include "backends/cpu/lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

typedef float Vector __attribute__((vector_size(64)));
constexpr int64_t kWidth = 16, kRows = 4, kVectors = 2, kColumns = kWidth * kVectors;

THALWEG_INLINE Vector load(const float* from) {
  Vector value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}
THALWEG_INLINE void store(float* to, Vector value) { __builtin_memcpy(to, &value, sizeof value); }

// Computes `rows` (at most 4) by 32 elements of c. Missing rows are computed from the first row and
// dropped.
void block(const RowProduct& p, int64_t row, int64_t rows, int64_t column) {
  const float* a[kRows];
  for (int64_t r = 0; r < kRows; ++r) a[r] = p.a + (row + (r < rows ? r : 0)) * p.a_row;
  Vector sum[kRows][kVectors] = {};
  for (int64_t k = 0; k < p.k; ++k) {
    const float* b = p.b + k * p.n + column;
    const Vector b0 = load(b), b1 = load(b + kWidth);
    for (int64_t r = 0; r < kRows; ++r) {
      const float factor = a[r][k * p.a_column];
      sum[r][0] += factor * b0;
      sum[r][1] += factor * b1;
    }
  }
  for (int64_t r = 0; r < rows; ++r)
    for (int64_t v = 0; v < kVectors; ++v)
      store(p.c + (row + r) * p.n + column + v * kWidth, sum[r][v]);
}

void edge(const RowProduct& p, int64_t row, int64_t rows, int64_t column) {
  for (int64_t r = row; r < row + rows; ++r) {
    for (int64_t j = column; j < p.n; ++j) {
      float sum = 0;
      for (int64_t k = 0; k < p.k; ++k) sum += p.a[r * p.a_row + k * p.a_column] * p.b[k * p.n + j];
      p.c[r * p.n + j] = sum;
    }
  }
}

}  // namespace

void lane_product(const RowProduct& p, int64_t first, int64_t last) {
  for (int64_t row = first; row < last; row += kRows) {
    const int64_t rows = last - row < kRows ? last - row : kRows;
    int64_t column = 0;
    for (; column + kColumns <= p.n; column += kColumns) block(p, row, rows, column);
    edge(p, row, rows, column);
  }
}

}  // namespace thalweg::THALWEG_LANES
