// Batches: rows of a data set, picked by index, converted and packed.
#pragma once

#include <cstdint>

#include "data/dataset.h"

namespace thalweg {

// Writes inputs [count, features] and, by label type, classes [count] or values
// [count, label_width]; either may be null. An index equal to rows is padding: its
// inputs and values are zeros, its class is -1. None may be greater.
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

// Rows over threads, elements over vector lanes.
void gather_batch(const Gather& gather, int threads, const OrderLanes& lanes = order_lanes());

}  // namespace thalweg
