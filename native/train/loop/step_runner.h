// Takes one training step by itself and waits for it. The batch may come in parts, the guard may
// have the step taken twice, and the monitor may look at its update.
#pragma once

#include <cstdint>
#include <memory>

#include "train/loop/passes.h"
#include "train/loop/training_run.h"
#include "train/step/gradient_sum.h"
#include "train/watch/monitor.h"

namespace thalweg {

class StepRunner {
 public:
  explicit StepRunner(const PassContext& context) : context_(context) {}

  // Makes room for the sum of a batch's parts. Throws MEMORY.
  void reserve_parts();
  // Takes and counts a step of the run. Returns false when the run was cancelled. Throws NONFINITE,
  // with the rows of the batch, and CORRUPTION.
  bool step(TrainingRun& run, int64_t number);
  // True where the monitor or the guard looks at the next step.
  bool is_watched(const TrainingRun& run) const { return is_monitored(run) || is_guarded(run); }

 private:
  class Stages;
  // The results of a step before it is counted.
  struct Outcome {
    LossResult loss;
    StepReport stepped;
  };
  enum class Watch { kMonitored, kAlone };

  bool is_monitored(const TrainingRun& run) const;
  bool is_guarded(const TrainingRun& run) const;
  bool take(TrainingRun& run, int64_t number, Watch watch, Outcome* outcome);
  bool take_twice(TrainingRun& run, int64_t number, Outcome* outcome);
  MonitorView view(int64_t rows, const float* const* gradients) const;

  PassContext context_;
  std::unique_ptr<GradientSum> sum_;  // made for the first batch in parts
};

}  // namespace thalweg
