// Gathers batches: picks rows by index, converts them and packs them.
#pragma once

#include <cstdint>

#include "core/lane_tables.h"
#include "data/row_format.h"

namespace thalweg::data {

// Writes inputs [count, features] and, by the label type, classes [count] or values [count,
// label_width], which may be null; of a weighted data set also weights [count], which may be null.
// The index `rows` means padding: its inputs, values and weight are 0, and its class is -1. No
// index may be greater.
struct Gather {
  const uint32_t* indices;
  int64_t count;
  float* inputs;
  int32_t* classes;
  float* values;
  float* weights = nullptr;
};

// The number of threads that may share a gather, and the lanes that they use.
struct Workers {
  int threads;
  Isa isa = selected_isa();
};

// Threads share the rows of the batch, and vector lanes the elements of a row.
void gather_rows(const RowArrays& source, const Gather& batch, const Workers& workers);

struct GatherLane {
  // Gathers the rows [first, last) of the batch.
  void (*gather)(const RowArrays& source, const Gather& batch, int64_t first, int64_t last);
};
THALWEG_DECLARE_LANE_TABLES(GatherLane, kGatherLane)

}  // namespace thalweg::data
