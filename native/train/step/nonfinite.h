// Throws a step's NONFINITE errors, which name the tensor, the element and the step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/step_work.h"
#include "core/memory.h"
#include "train/step/rehearsal.h"

namespace thalweg {

// The step that is refused.
struct RefusedStep {
  int64_t number;  // counted from 1
  StepWork work;
  Memory& memory;                  // holds the work's arrays
  std::vector<std::string> names;  // one per tensor
};

// Names the gradient's first element that is not finite or, without one, the loss. `square_sums`
// holds one sum per piece.
[[noreturn]] void refuse_gradient(const RefusedStep& step, const std::vector<double>& square_sums,
                                  double loss);
// Names the number that the step would make infinite or NaN.
[[noreturn]] void refuse_overflow(const RefusedStep& step, const Overflow& overflow);

}  // namespace thalweg
