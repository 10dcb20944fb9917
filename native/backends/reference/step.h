// The reference's passes of an optimizer step. StepExecutor says what each one does.
#pragma once

#include "backends/step_work.h"

namespace thalweg::reference {

void square_sums(const StepWork& work, double* sums);
bool all_within(const StepWork& work, MagnitudeCheck check);
void tensor_sums(const StepWork& work, TensorSums* sums);
void step(const StepWork& work);

}  // namespace thalweg::reference
