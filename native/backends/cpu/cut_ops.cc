// The ops that ops.def cuts into parts. Each runs its lanes on the parts, over all threads.
#include "backends/cpu/ops.h"
#include "backends/cpu/parts.h"

namespace thalweg::cpu {

#define THALWEG_OP(name, Parameters)
#define THALWEG_CUT(name, Parameters, cut, ...)                                          \
  void name(const Lanes& lanes, const Parameters& op) {                                  \
    cut(__VA_ARGS__, [&](int64_t first, int64_t last) { lanes.name(op, first, last); }); \
  }
#define THALWEG_ELEMENT_OP(name, Parameters) THALWEG_CUT(name, Parameters, for_elements, op.length)
#define THALWEG_ROW_OP(name, Parameters) \
  THALWEG_CUT(name, Parameters, for_rows, op.rows, op.columns)
#define THALWEG_COLUMN_OP(name, Parameters) THALWEG_CUT(name, Parameters, for_columns, op.columns)
#include "ops/ops.def"
#undef THALWEG_CUT

}  // namespace thalweg::cpu
