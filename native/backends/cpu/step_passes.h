// The processor's passes of an optimizer step, over threads. StepExecutor says what each one does.
#pragma once

#include "backends/cpu/lanes.h"
#include "backends/step_work.h"

namespace thalweg::cpu {

void square_sums(const Lanes& lanes, const StepWork& work, double* sums);
bool all_within(const Lanes& lanes, const StepWork& work, MagnitudeCheck check);
void tensor_sums(const Lanes& lanes, const StepWork& work, TensorSums* sums);
void step(const Lanes& lanes, const StepWork& work);

// Returns the number of threads that an update of so many parts uses.
int step_threads(int64_t parts);

}  // namespace thalweg::cpu
