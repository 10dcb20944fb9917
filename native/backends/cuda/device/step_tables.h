// What the kernels of an optimizer step share: tables in device memory, made once
// when the step is bound.
#pragma once

#include <cstdint>

#include "backends/step_queue.h"
#include "core/macros.h"

namespace thalweg::cuda {

inline constexpr int kStepThreads = 256;

struct StepTables {
  const StepTensor* tensors;
  const StepPiece* pieces;
  const float* factors;  // [tensors], of norm clipping; null: all 1
  const float* ratios;   // [tensors], of a rule that looks at tensors; null: of others
};

THALWEG_INLINE const StepGroup& group_of(const StepArguments* arguments, int32_t group) {
  return reinterpret_cast<const StepGroup*>(arguments + 1)[group];
}

}  // namespace thalweg::cuda
