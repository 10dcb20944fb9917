// Launches the update of a step, once for any number of tensors.
#include "backends/cuda/device/step_kernel.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

template <class Rule>
void launch_rule(const StepLaunch& step) {
  launch(Rule::kName, step.pieces, kStepThreads, &step_kernel<Rule>, step.tables,
         step.place.arguments, static_cast<const int32_t*>(step.place.halted));
}

}  // namespace

void launch_step(int rule, const StepLaunch& step) {
  using Launch = void (*)(const StepLaunch&);
  static constexpr Launch kLaunch[] = {
#define THALWEG_RULE(Rule) &launch_rule<rules::Rule>,
#include "rules/rules.def"
#undef THALWEG_RULE
  };
  kLaunch[rule](step);
}

}  // namespace thalweg::cuda
