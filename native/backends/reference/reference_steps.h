// Steps as plain scalar loops on one thread: the oracle of the contract suite.
#pragma once

#include "backends/step_work.h"

namespace thalweg {

class ReferenceSteps final : public StepExecutor {
 public:
  void square_sums(const StepWork& work, double* sums) override;
  void step(const StepWork& work) override;
};

}  // namespace thalweg
