// What a run of steps is asked to do, and what it tells.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <vector>

#include "data/dataset.h"
#include "ops/loss.h"
#include "orders/sampling.h"
#include "train/monitor.h"
#include "train/settings.h"
#include "train/snapshot.h"

namespace thalweg {

struct Metrics {
  double loss_sum = 0;  // of examples
  int64_t correct = 0;
  int64_t examples = 0;

  void add(const LossResult& loss, int64_t rows) {
    loss_sum += loss.sum;
    correct += loss.correct;
    examples += rows;
  }
};

struct TrainProgress {
  Metrics metrics;  // of the steps taken of this epoch
  int64_t steps = 0;
  int64_t skipped = 0;
  double gradient_norm =
      std::numeric_limits<double>::quiet_NaN();  // of the last step; NaN where not measured
  double last_loss = 0;
  bool cancelled = false;
};

// Where and when a run leaves a copy of its state, between two steps.
struct SnapshotPlan {
  std::shared_ptr<Snapshot> place;  // null: nowhere
  int64_t every_steps = 0;          // of the trainer's count; 0: when it is asked for
  bool waits = false;               // for the place, rather than leave a copy out
  std::function<void(const TrainProgress&)> taken;
};

// One run through (the rest of) an epoch.
struct TrainRequest {
  std::shared_ptr<const data::Dataset> dataset;
  std::shared_ptr<const data::Dataset> validation;  // looked at before the first step; or null
  int64_t epoch = 0;
  int64_t first_step = 0;  // of this epoch, to start in the middle
  int64_t batch_size = 1;  // rows a step
  int64_t part_rows = 1;   // that are gathered at a time; divides batch_size, or holds it all
  bool shuffle = true;
  bool drop_last = false;
  int64_t most_steps = 0;                    // of the epoch; 0: all
  bool keeps_losses = false;                 // of each step, for whoever asked
  std::shared_ptr<const Sampling> sampling;  // of the data set's rows; null: all, by `shuffle`
  std::vector<double> settings;              // as train/settings.h lays them out
  StepTable rates;  // and what else changes, by steps of the epoch; a skipped step does not count
  TrainProgress before;  // of the epoch's steps before first_step
  SnapshotPlan snapshots;
  std::shared_ptr<Monitor> monitor;  // or null
  int64_t guard_every = 0;           // steps from one that is taken twice to the next; 0: none is
};

}  // namespace thalweg
