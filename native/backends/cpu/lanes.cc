#include "backends/cpu/lanes.h"

namespace thalweg {

const Lanes* lanes_for(Isa isa) {
  static constexpr const Lanes* kTables[] = THALWEG_LANE_TABLES(kLanes);
  return kTables[static_cast<int>(isa)];
}

const Lanes& lanes() {
  static const Lanes& chosen = *lanes_for(selected_isa());
  return chosen;
}

}  // namespace thalweg
