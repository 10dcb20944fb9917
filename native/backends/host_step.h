// The update of a span on the host, with the bits of every device.
#pragma once

#include "backends/step_work.h"

namespace thalweg {

StepFunction host_step(int rule, Decay decay);

}  // namespace thalweg
