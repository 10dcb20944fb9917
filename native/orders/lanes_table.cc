#include "orders/lanes.h"

namespace thalweg::THALWEG_LANES {

#define THALWEG_LANE(name, Result, parameters) Result lane_##name parameters;
#include "orders/lanes.def"
#undef THALWEG_LANE

const OrderLanes kOrderLanes = {
#define THALWEG_LANE(name, Result, parameters) .name = &lane_##name,
#include "orders/lanes.def"
#undef THALWEG_LANE
};

}  // namespace thalweg::THALWEG_LANES
