// Gathers batches: picks rows of a data set by index, converts them and packs them.
#pragma once

#include <cstdint>

#include "data/dataset.h"

namespace thalweg {

// Writes inputs [count, features] and, by the label type, classes [count] or values [count,
// label_width], which may be null. The index `rows` means padding: its inputs and values are 0, and
// its class is -1. No index may be greater.
struct Gather {
  const data::Dataset* dataset;
  const uint32_t* indices;
  int64_t count;
  float* inputs;
  int32_t* classes;
  float* values;
};

struct OrderLanes;  // orders/lanes.h
const OrderLanes& order_lanes();

// Threads share the rows of the batch, and vector lanes the elements of a row.
void gather_batch(const Gather& gather, int threads, const OrderLanes& lanes = order_lanes());

}  // namespace thalweg
