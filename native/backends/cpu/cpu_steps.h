// Steps on the processor: vector lanes of one instruction set, over threads.
#pragma once

#include "backends/cpu/lanes.h"
#include "backends/step_work.h"

namespace thalweg {

class CpuSteps final : public StepExecutor {
 public:
  explicit CpuSteps(const Lanes& lanes) : lanes_(lanes) {}
  void square_sums(const StepWork& work, double* sums) override;
  void step(const StepWork& work) override;

 private:
  const Lanes& lanes_;
};

}  // namespace thalweg
