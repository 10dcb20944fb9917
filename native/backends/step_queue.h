// The arguments of an optimizer step on a device that runs behind the host. They
// lie in the device's memory, so that a recorded step can be replayed with new
// ones; clipping and the check for non-finite gradients are done there too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "backends/step_work.h"

namespace thalweg {

// What a step does with the norm of its gradient.
struct StepPolicy {
  double tensor_limit = std::numeric_limits<double>::infinity();
  double global_limit = std::numeric_limits<double>::infinity();
  double loss = 0;  // where StepPlace has none
  // A gradient or loss that is not finite, or a norm beyond the limit, halts the queue:
  // this update and all behind it are left out until the host has dealt with it.
  double norm_limit = std::numeric_limits<double>::infinity();
  // As much for each weight, where the step looks at them, and for the norm of a tensor's, where
  // the rule looks at it.
  double weight_limit = std::numeric_limits<double>::infinity();
  int32_t looks_at_weights = 0;  // at those of every group: L2 adds some to gradients
  int32_t refuses = 0;
  float average_rate = 0;  // as StepWork's
};

struct alignas(16) StepGroup {
  StepCoefficients coefficients;
  Decay decay = Decay::kNone;
};

// What changes from step to step. Lies in the device's memory, groups behind it.
struct alignas(16) StepArguments {
  StepPolicy policy;
  static constexpr size_t bytes(size_t groups) {
    return sizeof(StepArguments) + groups * sizeof(StepGroup);
  }
};

struct StepOutcome {
  double norm = 0;  // as StepReport's
  int32_t skipped = 0;
};

// Where a queued step finds what it needs, all in the device's memory.
struct StepPlace {
  const StepArguments* arguments;
  int32_t* halted;  // not 0: leave the update out
  StepOutcome* outcome;
  const double* loss;  // that the gradient is of; null: the policy's
};

}  // namespace thalweg
