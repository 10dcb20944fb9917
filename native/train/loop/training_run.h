// A run of steps under way: its request, the source of its batches, and its progress.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "core/cancel.h"
#include "core/round.h"
#include "train/data/batch_feed.h"
#include "train/loop/train_request.h"
#include "train/step/settings.h"

namespace thalweg {

struct TrainingRun {
  const TrainRequest& request;
  const CancelFlag& cancel;
  const std::function<void(const TrainProgress&)>& report;
  BatchSource source;  // its batches are whole steps
  BatchSource parts;   // its batches are what is gathered at a time
  SettingsReader settings;
  std::unique_ptr<BatchFeed> feed;
  TrainProgress progress;
  int64_t first_step_count = 0;  // the trainer's steps when this epoch began
  bool owes_snapshot = false;

  int64_t parts_a_step() const { return ceil_div(source.batch_size, parts.batch_size); }
  // Returns the settings of step `number` of the epoch. `ahead` steps in flight come before it.
  StepSettings settings_of(int64_t number, int64_t ahead) {
    StepSettings step = settings.at(progress.steps + ahead);
    if (number + 1 == source.steps) step.ended_epoch = request.epoch + 1;
    return step;
  }
  // Returns true where the state should be kept before the next step. Where the plan waits, sleeps
  // until the place is free or the run is cancelled.
  bool await_snapshot_place() const {
    const auto& place = request.snapshots.place;
    if (!place || !(owes_snapshot || place->is_asked())) return false;
    while (owes_snapshot && request.snapshots.waits && !place->is_free() && !cancel.is_set())
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    return place->is_free();
  }
  // Returns true where a snapshot is due after the steps in flight, so that later steps should
  // wait.
  bool is_snapshot_ahead(int64_t in_flight) const {
    const SnapshotPlan& plan = request.snapshots;
    if (!plan.place || plan.every_steps == 0 || in_flight == 0) return false;
    if (!plan.waits && !plan.place->is_free()) return false;
    return (first_step_count + progress.steps + in_flight) % plan.every_steps == 0;
  }
  void count(const LossResult& loss, int64_t rows, const StepReport& stepped) {
    if (!stepped.skipped) progress.metrics.add(loss, rows);
    progress.last_loss = loss.sum / static_cast<double>(rows);
    progress.gradient_norm = stepped.gradient_norm;
    progress.skipped += stepped.skipped;
    progress.steps += !stepped.skipped;
    const int64_t every = request.snapshots.every_steps;
    owes_snapshot |= every > 0 && (first_step_count + progress.steps) % every == 0;
    report(progress);
  }
};

}  // namespace thalweg
