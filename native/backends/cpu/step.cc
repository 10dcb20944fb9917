// The optimizer step in vector lanes, once per instruction set.
#include "backends/cpu/lanes.h"
#include "backends/step_loop.h"

namespace thalweg::THALWEG_LANES {

StepFunction lane_step(int rule, Decay decay) { return find_step(rule, decay); }

}  // namespace thalweg::THALWEG_LANES
