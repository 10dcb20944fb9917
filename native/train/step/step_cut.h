// Cuts tensors into the pieces and parts of a step.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/step_work.h"

namespace thalweg {

// Pieces spread a model of 100,000 parameters over threads, and their 100 KiB of traffic hides the
// call. Their length is fixed, because the order of the norm's sum depends on it.
inline constexpr int64_t kPieceLength = 4096;

struct StepCut {
  std::vector<StepPiece> pieces;
  std::vector<int64_t> parts;  // laid out as StepWork::parts
};

// Tensors of length 0 have no piece.
StepCut cut_step(const std::vector<int64_t>& lengths);

}  // namespace thalweg
