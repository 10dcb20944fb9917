// Batches: rows picked by index, converted and packed.
#pragma once

#include <cstdint>

#include "core/lane_tables.h"
#include "data/row_format.h"

namespace thalweg::data {

// Writes inputs [count, features] and, by label type, classes [count] or values
// [count, label_width]; either may be null. An index equal to rows is padding: its
// inputs and values are zeros, its class is -1. None may be greater.
struct Gather {
  const uint32_t* indices;
  int64_t count;
  float* inputs;
  int32_t* classes;
  float* values;
};

// How many threads may share a gather, and which lanes they use.
struct Workers {
  int threads;
  Isa isa = selected_isa();
};

// Rows over threads, elements over vector lanes.
void gather_rows(const RowArrays& source, const Gather& batch, const Workers& workers);

struct GatherLane {
  // Rows first to before last of the batch.
  void (*gather)(const RowArrays& source, const Gather& batch, int64_t first, int64_t last);
};
THALWEG_DECLARE_LANE_TABLES(GatherLane, kGatherLane)

}  // namespace thalweg::data
