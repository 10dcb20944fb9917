// Takes a step on copies of its arrays, to see beforehand whether all that it writes is finite.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "backends/step_work.h"
#include "core/memory.h"
#include "train/step/state_bounds.h"

namespace thalweg {

// A number that a step would write and that is not finite.
struct Overflow {
  enum class Array { kWeight, kSlot, kAverage };
  Array array = Array::kWeight;
  int slot = 0;
  int32_t tensor = 0;
  int64_t element = 0;
  float value = 0;
  float gradient = 0;  // before scaling and clipping
};

struct RehearsedStep {
  std::optional<Overflow> overflow;  // the first by tensor and element
  std::vector<GroupBounds> bounds;   // hold all arrays, before and after the step
};

// Writes sums[i] for pieces[i], as StepExecutor::tensor_sums does.
void measure_tensors(const StepWork& work, Memory& memory, TensorSums* sums);

// Changes nothing. `memory` holds the work's arrays, and `groups` is the number of groups.
RehearsedStep rehearse(const StepWork& work, size_t groups, Memory& memory);

}  // namespace thalweg
