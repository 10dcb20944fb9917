// An embedding: x [positions] has row numbers of the table weight [count, units], and y [positions,
// units] gets these rows. The caller has checked that x has whole numbers in [0, count).
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

// Overwrites dweight. A row gets the sum of dy over its positions, one after another, in float64. A
// row without positions gets 0.
struct EmbeddingBackward {
  const float* x;
  const float* dy;
  float* dweight;
  int64_t positions, count, units;
  uint32_t* scratch = nullptr;  // for devices (ops/scratch.h)
};
THALWEG_FIELDS(EmbeddingBackward, x, dy, dweight, positions, count, units, scratch)

}  // namespace thalweg
