#include "orders/lanes.h"

namespace thalweg {

const OrderLanes* order_lanes_for(Isa isa) {
  static constexpr const OrderLanes* kTables[] = THALWEG_LANE_TABLES(kOrderLanes);
  return kTables[static_cast<int>(isa)];
}

const OrderLanes& order_lanes() {
  static const OrderLanes& chosen = *order_lanes_for(selected_isa());
  return chosen;
}

}  // namespace thalweg
