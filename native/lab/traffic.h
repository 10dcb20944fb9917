// The memory traffic of a step without its arithmetic, in the parts and on the threads of the CPU
// backend. Benchmarks compare a step with it, because no step can be faster.
#pragma once

#include "backends/step_work.h"
#include "core/lane_tables.h"

namespace thalweg {

struct TrafficLane {
  void (*move)(const StepSpan& span);
};
THALWEG_DECLARE_LANE_TABLES(TrafficLane, kTrafficLane)

namespace lab {

void move_as_step(const StepWork& work);

}  // namespace lab

}  // namespace thalweg
