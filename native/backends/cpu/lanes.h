// The functions of the CPU backend that exist once per instruction set: the ops that ops.def cuts
// into parts, and the functions of lanes.def. They take raw pointers and plain structs. Callers cut
// the work into parts and run these functions on the threads of core/threads.h.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/cpu/product_plan.h"
#include "backends/product.h"
#include "backends/step_work.h"
#include "core/lane_tables.h"
#include "core/macros.h"

#define THALWEG_OP(name, Parameters)
#include "ops/ops.def"

namespace thalweg {

// Multiplies dy [rows, columns] by f'(y) in place, for activations with derivative_from_output.
// sums [columns] gets the sums over the rows, which are at most one chunk.
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
  bool has_multiply_add;  // else software rounds products and sums once
  // first and last are elements, rows, or at most kSummedColumns columns, as ops.def cuts the op.
#define THALWEG_OP(name, Parameters)
#define THALWEG_LANE_OP(name, Parameters) \
  void (*name)(const Parameters& op, int64_t first, int64_t last);
#include "ops/ops.def"
#define THALWEG_LANE(name, Result, parameters) Result(*name) parameters;
#include "backends/cpu/lanes.def"
#undef THALWEG_LANE
};
THALWEG_DECLARE_LANE_TABLES(Lanes, kLanes)

// Returns the table of one instruction set, or nullptr where it was not compiled.
const Lanes* lanes_for(Isa isa);
// Returns the table of selected_isa(), which it reads once.
const Lanes& lanes();

}  // namespace thalweg
