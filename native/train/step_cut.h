// Cuts tensors into the pieces and parts of a step.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/step_work.h"

namespace thalweg {

struct StepCut {
  std::vector<StepPiece> pieces;
  std::vector<int64_t> parts;  // as StepWork's
};

// Tensors of length 0 have no piece.
StepCut cut_step(const std::vector<int64_t>& lengths);

}  // namespace thalweg
