// The loop of training steps: one by one, or many in flight on a device that runs behind the host.
#pragma once

#include <functional>
#include <memory>

#include "train/loop/step_pipeline.h"
#include "train/loop/step_runner.h"

namespace thalweg {

class TrainingLoop {
 public:
  explicit TrainingLoop(const PassContext& context) : context_(context), runner_(context) {}

  // Calls report(progress) after each step. Returns with cancelled set where `cancel` was set; the
  // step under way then changes nothing.
  TrainProgress train(const TrainRequest& request, const CancelFlag& cancel,
                      const std::function<void(const TrainProgress&)>& report);

 private:
  TrainProgress run_epoch(const TrainRequest& request, const CancelFlag& cancel,
                          const std::function<void(const TrainProgress&)>& report);
  void check(const TrainRequest& request, const CancelFlag& cancel);
  size_t bytes_of_copies(const TrainRequest& request) const;
  // Makes the guard unless there is one. Throws MEMORY.
  void reserve_guard();
  // Takes all steps of a run. The device has done all queued work when this returns or throws.
  void run_steps(TrainingRun& run);
  void run_one_by_one(TrainingRun& run);
  void run_queued(TrainingRun& run);
  bool count_oldest(TrainingRun& run, int64_t* next);
  void begin_pipeline(TrainingRun& run);
  void abandon_steps();
  void keep(TrainingRun& run);

  PassContext context_;
  StepRunner runner_;
  std::unique_ptr<StepPipeline> pipeline_;  // null unless the last run queued steps
};

}  // namespace thalweg
