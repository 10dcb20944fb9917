// The arguments of a queued optimizer step. They lie in the device's memory, so that a recorded
// step can be replayed with new ones. The device itself clips and checks for non-finite gradients.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "backends/step_work.h"

namespace thalweg {

// How a step clips its gradient, and when it halts the queue.
struct StepPolicy {
  double tensor_limit = std::numeric_limits<double>::infinity();
  double global_limit = std::numeric_limits<double>::infinity();
  double loss = 0;  // used where StepPlace has no loss
  // With `refuses`, a gradient or loss that is not finite, or a norm above norm_limit, halts the
  // queue. The device then leaves out this update and all later ones until the host has dealt with
  // it.
  double norm_limit = std::numeric_limits<double>::infinity();
  // With `refuses`, a weight above weight_limit halts the queue as well where checks_weights is
  // set. So does the norm of a tensor's weights where the rule looks at whole tensors.
  double weight_limit = std::numeric_limits<double>::infinity();
  int32_t checks_weights = 0;  // not 0: L2 adds weights to gradients, so all are checked
  int32_t refuses = 0;
  float average_rate = 0;  // StepWork has the same
};

struct alignas(16) StepGroup {
  StepCoefficients coefficients;
  Decay decay = Decay::kNone;
};

// The values that change from step to step. They lie in the device's memory, and the groups follow
// them.
struct alignas(16) StepArguments {
  StepPolicy policy;
  static constexpr size_t bytes(size_t groups) {
    return sizeof(StepArguments) + groups * sizeof(StepGroup);
  }
};

struct StepOutcome {
  double norm = 0;  // the gradient's norm before norm clipping
  int32_t skipped = 0;
};

// The addresses of what a queued step reads and writes, all in the device's memory.
struct StepPlace {
  const StepArguments* arguments;
  int32_t* halted;  // not 0: the update is left out
  StepOutcome* outcome;
  const double* loss;  // the loss of this gradient; null: the policy's loss
};

}  // namespace thalweg
