// The one order of a training step's stages, whether the step runs at once or is queued on a
// device.
#pragma once

#include "train/step/gradient_reducer.h"

namespace thalweg {

class StepStages {
 public:
  virtual ~StepStages() = default;
  // Loads the batch, and computes the loss and the gradients. Returns false where the run was
  // cancelled.
  virtual bool differentiate() = 0;
  virtual GradientArray gradients() = 0;
  // Moves the weights, the optimizer's slots and the running statistics.
  virtual void update() = 0;
  // Tells the monitor what the step did.
  virtual void observe() {}
};

// Returns false where the step was cancelled. Nothing has changed then.
inline bool take_step(StepStages& step, GradientReducer& reducer) {
  if (!step.differentiate()) return false;
  reducer.reduce(step.gradients());
  step.update();
  step.observe();
  return true;
}

}  // namespace thalweg
