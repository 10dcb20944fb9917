// Takes a step on copies of its arrays, to see beforehand whether all that it writes is finite.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backends/step_work.h"
#include "core/memory.h"
#include "train/state_bounds.h"

namespace thalweg {

// A number that a step would write.
struct Overflow {
  enum class Array { kWeight, kSlot, kAverage };
  Array array = Array::kWeight;
  int slot = 0;
  int32_t tensor = 0;
  int64_t element = 0;
  float value = 0;
  float gradient = 0;  // as it was given
};

struct RehearsedStep {
  std::optional<Overflow> overflow;  // the first, in the order of tensors and elements
  std::vector<GroupBounds> bounds;   // of all arrays, before and after the step
};

// sums[i]: of pieces[i], as StepExecutor::tensor_sums.
void measure_tensors(const StepWork& work, Memory& memory, TensorSums* sums);

// `memory` holds the work's arrays; `groups`: how many there are. Changes nothing.
RehearsedStep rehearse(const StepWork& work, size_t groups, Memory& memory);

}  // namespace thalweg
