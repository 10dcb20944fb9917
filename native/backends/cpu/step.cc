// The optimizer step and the average of weights in vector lanes, once per instruction set.
#include "backends/average_loop.h"
#include "backends/cpu/lanes.h"
#include "backends/step_loop.h"

namespace thalweg::THALWEG_LANES {

StepFunction lane_step(int rule, Decay decay) { return find_step(rule, decay); }
TensorSumsFunction lane_tensor_sums(int rule, Decay decay) { return find_tensor_sums(rule, decay); }
void lane_average(const StepSpan& span, float rate) { average_loop(span, rate); }

}  // namespace thalweg::THALWEG_LANES
