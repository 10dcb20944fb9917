// The tables that the kernels of an optimizer step share. They lie in device memory and are made
// once, when the step is bound.
#pragma once

#include <cstdint>

#include "backends/step_queue.h"
#include "core/macros.h"

namespace thalweg::cuda {

inline constexpr int kStepThreads = 256;

struct StepTables {
  const StepTensor* tensors;
  const StepPiece* pieces;
  const float* factors;  // [tensors], from norm clipping; null: all are 1
  const float* ratios;   // [tensors]; null: the rule does not look at tensors
};

THALWEG_INLINE const StepGroup& group_of(const StepArguments* arguments, int32_t group) {
  return reinterpret_cast<const StepGroup*>(arguments + 1)[group];
}

}  // namespace thalweg::cuda
