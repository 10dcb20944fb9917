// The functions of the CPU backend that exist once per instruction set: the ops that ops.def cuts
// in parts, and what lanes.def lists. Each takes raw pointers and plain structs; callers cut the
// work into parts and call the table from core/threads.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/step_work.h"
#include "core/lane_tables.h"
#include "core/macros.h"

#define THALWEG_OP(name, Parameters)
#include "ops/ops.def"

namespace thalweg {

// c [rows, n] = a b with a(i, k) at a[i * a_row + k * a_column], b [k, n].
struct RowProduct {
  const float* a;
  const float* b;
  float* c;
  int64_t n, k;
  int64_t a_row, a_column;
};

// dy [rows, columns] *= f'(y) in place, for derivative_from_output; sums [columns] = sum over rows,
// of which there is one chunk.
struct OutputGradient {
  Activation activation;
  float slope;
  const float* y;
  float* dy;
  double* sums;
  int64_t rows, columns;
};

struct Lanes {
  const char* name;
  // Elements, rows, or at most kSummedColumns columns of each op that ops.def cuts so.
#define THALWEG_OP(name, Parameters)
#define THALWEG_LANE_OP(name, Parameters) \
  void (*name)(const Parameters& op, int64_t first, int64_t last);
#include "ops/ops.def"
#define THALWEG_LANE(name, Result, parameters) Result(*name) parameters;
#include "backends/cpu/lanes.def"
#undef THALWEG_LANE
};
THALWEG_DECLARE_LANE_TABLES(Lanes, kLanes)

// The table for one instruction set; nullptr where it was not compiled.
const Lanes* lanes_for(Isa isa);
// The table for selected_isa(), resolved once.
const Lanes& lanes();

}  // namespace thalweg
