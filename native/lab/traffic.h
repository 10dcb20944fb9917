// A step's memory traffic without its arithmetic, cut and threaded as the CPU backend cuts a step:
// the floor that benchmarks compare with.
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
