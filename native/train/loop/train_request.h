// The request for a run of steps, and the progress that the run reports.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "data/dataset.h"
#include "ops/loss.h"
#include "orders/sampling.h"
#include "train/step/settings.h"
#include "train/watch/monitor.h"
#include "train/watch/snapshot.h"

namespace thalweg {

struct Metrics {
  double loss_sum = 0;  // summed over examples
  int64_t correct = 0;
  int64_t examples = 0;

  void add(const LossResult& loss, int64_t rows) {
    loss_sum += loss.sum;
    correct += loss.correct;
    examples += rows;
  }
};

struct TrainProgress {
  Metrics metrics;  // over the steps taken in this epoch
  int64_t steps = 0;
  int64_t skipped = 0;
  // The norm of the last step's gradient; NaN where not measured.
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
  double last_loss = 0;
  bool cancelled = false;
};

// Says where and when a run leaves a copy of its state, between two steps.
struct SnapshotPlan {
  std::shared_ptr<Snapshot> place;  // null: no copies
  int64_t every_steps = 0;          // steps of the trainer between copies; 0: on request
  bool waits = false;               // true: for a free place; false: leaves the copy out
  std::function<void(const TrainProgress&)> taken;
};

// One run through an epoch, or through the rest of it.
struct TrainRequest {
  std::shared_ptr<const data::Dataset> dataset;
  std::shared_ptr<const data::Dataset> validation;  // checked before the first step; may be null
  int64_t epoch = 0;
  int64_t first_step = 0;  // more than 0 where the run begins within the epoch
  int64_t batch_size = 1;  // rows per step
  int64_t part_rows = 1;   // rows gathered at a time; divides batch_size, or is larger
  bool shuffle = true;
  bool drop_last = false;
  int64_t most_steps = 0;                    // in the epoch; 0: all
  bool keeps_losses = false;                 // the loss of each step, for the caller
  std::shared_ptr<const Sampling> sampling;  // null: all rows, by `shuffle`
  std::vector<double> settings;              // laid out as in train/step/settings.h
  // The rates, and whatever else changes, by the steps of the epoch. A skipped step does not count.
  StepTable rates;
  TrainProgress before;  // over the epoch's steps before first_step
  SnapshotPlan snapshots;
  std::shared_ptr<Monitor> monitor;  // may be null
  int64_t guard_every = 0;           // one step in so many is taken twice; 0: none
};

}  // namespace thalweg
