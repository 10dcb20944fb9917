// Batches: rows of a data set, picked by index, converted and packed.
#pragma once

#include <cstdint>

#include "data/dataset.h"

namespace thalweg::data {

// Writes inputs [count, features] and, by label type, classes [count] or values
// [count, label_width]; either may be null. Indices must be below rows.
struct Gather {
  const Dataset* dataset;
  const uint32_t* indices;
  int64_t count;
  float* inputs;
  int32_t* classes;
  float* values;
};

void gather_batch(const Gather& gather, int threads);

}  // namespace thalweg::data
