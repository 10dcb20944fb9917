// Cuts tensors into the pieces and parts of a step.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/step_work.h"

namespace thalweg {

// Pieces are small enough to spread a 100 K parameter model over threads, large
// enough (100 KiB of traffic) to hide the call. Fixed: the norm's order rests on it.
inline constexpr int64_t kPieceLength = 4096;

struct StepCut {
  std::vector<StepPiece> pieces;
  std::vector<int64_t> parts;  // as StepWork's
};

// Tensors of length 0 have no piece.
StepCut cut_step(const std::vector<int64_t>& lengths);

}  // namespace thalweg
