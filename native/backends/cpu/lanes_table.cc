#include "backends/cpu/lanes.h"
#include "core/float_lanes.h"

#define THALWEG_STRING_(x) #x
#define THALWEG_STRING(x) THALWEG_STRING_(x)

namespace thalweg::THALWEG_LANES {

#define THALWEG_OP(name, Parameters)
#define THALWEG_LANE_OP(name, Parameters) \
  void lane_##name(const Parameters& op, int64_t first, int64_t last);
#include "ops/ops.def"
#define THALWEG_LANE(name, Result, parameters) Result lane_##name parameters;
#include "backends/cpu/lanes.def"
#undef THALWEG_LANE

const Lanes kLanes = {
    .name = THALWEG_STRING(THALWEG_LANES),
    .has_multiply_add = kHasMultiplyAdd,
#define THALWEG_OP(name, Parameters)
#define THALWEG_LANE_OP(name, Parameters) .name = &lane_##name,
#include "ops/ops.def"
#define THALWEG_LANE(name, Result, parameters) .name = &lane_##name,
#include "backends/cpu/lanes.def"
#undef THALWEG_LANE
};

}  // namespace thalweg::THALWEG_LANES
