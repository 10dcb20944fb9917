#include "backends/cpu/lanes.h"

#define THALWEG_STRING_(x) #x
#define THALWEG_STRING(x) THALWEG_STRING_(x)

namespace thalweg::THALWEG_LANES {

#define THALWEG_LANE(name, Result, parameters) Result lane_##name parameters;
#include "backends/cpu/lanes.def"
#undef THALWEG_LANE

const Lanes kLanes = {
    .name = THALWEG_STRING(THALWEG_LANES),
#define THALWEG_LANE(name, Result, parameters) .name = &lane_##name,
#include "backends/cpu/lanes.def"
#undef THALWEG_LANE
};

}  // namespace thalweg::THALWEG_LANES
