// NONFINITE errors of a step: they name the tensor, the element and the step.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backends/step_work.h"
#include "core/memory.h"
#include "train/rehearsal.h"

namespace thalweg {

// The step that is refused.
struct RefusedStep {
  int64_t number;  // from 1
  StepWork work;
  Memory& memory;                  // of its arrays
  std::vector<std::string> names;  // of its tensors
};

// Names the gradient's first element that is not finite, or the loss where there is none;
// `square_sums`: of the pieces.
[[noreturn]] void refuse_gradient(const RefusedStep& step, const std::vector<double>& square_sums,
                                  double loss);
// Names what the step would overflow.
[[noreturn]] void refuse_overflow(const RefusedStep& step, const Overflow& overflow);

}  // namespace thalweg
