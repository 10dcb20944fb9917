// The passes of a step over a span on the host, with the bits of every device.
#pragma once

#include "backends/step_work.h"

namespace thalweg {

StepFunction host_step(int rule, Decay decay);
// The sums of a rule that looks at tensors; null for all others.
TensorSumsFunction host_tensor_sums(int rule, Decay decay);

}  // namespace thalweg
