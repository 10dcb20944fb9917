// Finds the functions of a step that run over a span on the host. They give the bits of every
// device.
#pragma once

#include "backends/step_work.h"

namespace thalweg {

StepFunction host_step(int rule, Decay decay);
// Returns null where the rule does not look at whole tensors.
TensorSumsFunction host_tensor_sums(int rule, Decay decay);

}  // namespace thalweg
