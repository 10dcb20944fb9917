// Rows of a table by their numbers: x [positions] holds whole numbers in [0, count),
// which the caller has checked; weight [count, units], y [positions, units].
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

struct EmbeddingForward {
  const float* x;
  const float* weight;
  float* y;
  int64_t positions, units;
};
THALWEG_FIELDS(EmbeddingForward, x, weight, y, positions, units)

// dweight row by row: the sum of dy over the row's positions, one after another, in
// float64; 0 of rows without any.
struct EmbeddingBackward {
  const float* x;
  const float* dy;
  float* dweight;
  int64_t positions, count, units;
  uint32_t* scratch = nullptr;  // as ops/scratch.h says, where a device needs it
};
THALWEG_FIELDS(EmbeddingBackward, x, dy, dweight, positions, count, units, scratch)

}  // namespace thalweg
