#include "lab/traffic.h"

#include "backends/cpu/step_passes.h"
#include "backends/step_pieces.h"
#include "core/threads.h"

namespace thalweg::lab {

void move_as_step(const StepWork& work) {
  static constexpr const TrafficLane* kTables[] = THALWEG_LANE_TABLES(kTrafficLane);
  const TrafficLane& lane = *kTables[static_cast<int>(selected_isa())];
  const auto parts = static_cast<int64_t>(work.parts->size()) - 1;
  parallel_for(parts, cpu::step_threads(parts), [&](int64_t part) {
    for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
      const StepPiece& piece = (*work.pieces)[i];
      lane.move(piece_span((*work.tensors)[piece.tensor], piece));
    }
  });
}

}  // namespace thalweg::lab
