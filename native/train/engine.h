// The native training engine: one network, its arena, its optimizer, and the
// loop that gathers a batch, runs forward, backward and the step. It runs on one
// thread at a time (a trainer's JobThread) and knows nothing of JavaScript.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "core/function_ref.h"
#include "data/dataset.h"
#include "orders/order.h"
#include "train/device_batches.h"
#include "train/gradient_sum.h"
#include "train/guard.h"
#include "train/job_thread.h"
#include "train/memory_limit.h"
#include "train/metric_sums.h"
#include "train/monitor.h"
#include "train/network.h"
#include "train/plan.h"
#include "train/settings.h"
#include "train/snapshot.h"
#include "train/step_pipeline.h"
#include "train/stepper.h"

namespace thalweg {

// A tensor that is state but no parameter.
struct StatisticOptions {
  std::string name;
  int64_t length;
  float initial;
};

struct EngineOptions {
  NetworkOptions network;
  StepperOptions stepper;                    // tensors in the order of the network's parameters
  std::vector<StatisticOptions> statistics;  // mean and variance of each batch norm
  std::string device;
  uint64_t seed = 0;
  size_t memory_limit = SIZE_MAX;  // bytes
};

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

// How errors call the data set of a pass.
inline constexpr const char* kDatasetName = "dataset";

// Which of the two a pass without training uses.
enum class Weights { kRaw, kAveraged };

class Engine {
 public:
  explicit Engine(EngineOptions options);

  // Calls report(progress) after each step. Returns with cancelled set when
  // `cancel` was set; the step under way is then left out whole.
  TrainProgress train(const TrainRequest& request, const CancelFlag& cancel,
                      const std::function<void(const TrainProgress&)>& report);
  // Numbers of one row.
  int64_t input_width() const { return options_.network.layers.front().inputs; }
  // Adds the rows' outputs to `sums`, where it is not null.
  Metrics evaluate(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                   Weights weights = Weights::kRaw, MetricSums* sums = nullptr);
  LossKind loss_kind() const { return options_.network.loss; }
  // Numbers of one output.
  int64_t output_width() const { return options_.network.layers.back().outputs; }
  // inputs [rows, features] → outputs [rows, outputs]
  void predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
               const CancelFlag& cancel, Weights weights = Weights::kRaw);
  // Of the mean loss over a whole data set, without a step or dropout, summed in double over
  // batches in order; `gradient` holds all tensors one after another.
  Metrics full_gradients(const data::Dataset& dataset, int64_t batch_size, double* gradient,
                         const CancelFlag& cancel);
  // Gradients of the mean loss over the given rows of a data set, into gradient(i);
  // `dropout_rates`: as the next step has them, with these and batch statistics; null: without.
  double gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                   const std::vector<double>* dropout_rates);
  // How many of the network's layers are dropout.
  size_t dropout_count() const;

  // Copies, wherever the arena lies; `out` and `values` hold the whole tensor.
  void read_parameter(size_t index, float* out) const { read(0, index, out); }
  void read_average(size_t index, float* out) const;
  void read_gradient(size_t index, float* out) const { read(1, index, out); }
  void write_parameter(size_t index, const float* values);
  Stepper& stepper() { return stepper_; }
  // Running statistics: the mean, then the variance of each batch norm.
  const std::vector<StatisticOptions>& statistics() const { return options_.statistics; }
  void read_statistic(size_t index, float* out, Weights weights = Weights::kRaw) const;
  void write_statistic(size_t index, const float* values);
  // Makes them those of the whole data set at the present weights, each layer
  // normalising by the batch's; nothing changes before all is through. Throws ABORTED.
  // Those of frozen layers stay. Averaged weights then have some of their own, until the
  // next step or load.
  void refresh_statistics(const data::Dataset& dataset, int64_t batch_size,
                          const CancelFlag& cancel, Weights weights = Weights::kRaw);
  size_t bytes() const;
  // MEMORY where so many more would pass the trainer's limit.
  void require_memory(size_t more) const { memory_.require(plan_.bytes() + more); }

  // All that a run needs to go on besides what it was made with, and its copies.
  const std::vector<StateTensor>& state() const { return state_; }
  // Throws CORRUPTION as check_rest() does; Aborted where `cancel` is set.
  void save(Snapshot& snapshot, const CancelFlag* cancel = nullptr);
  // CORRUPTION where the state is another than at the end of a guarded run, and no call
  // has moved it since.
  void check_rest(const CancelFlag* cancel = nullptr);
  // Bytes of the state from `offset` on, as they stand in a snapshot. Throws RANGE.
  void read_state(size_t offset, char* out, size_t bytes) const;
  StepCounters counters() const { return stepper_.counters(); }
  // Whether the state's averagedStatistics/… mean anything.
  bool has_averaged_statistics() const { return has_averaged_statistics_; }
  void load(const Snapshot& snapshot);

 private:
  // A run of steps, with what each of them needs.
  struct Run;
  class Borrowed;
  class Pass;
  size_t copies_of(const TrainRequest& request) const;
  StepSettings settings_of(Run& run, int64_t number, int64_t ahead);
  // Loss and gradients of a step's batch, part after part; false when it was cancelled.
  bool differentiate(Run& run, int64_t number, const double* dropout_rates, LossResult* loss);
  // One step, waited for; false when it was cancelled.
  bool step(Run& run, int64_t number);
  // What came of a step, before it is counted.
  struct Outcome;
  enum class Watch { kMonitored, kAlone };
  bool take(Run& run, int64_t number, Watch watch, Outcome* outcome);
  bool take_twice(Run& run, int64_t number, Outcome* outcome);
  // Whether the next step is to be taken twice.
  bool is_guarded(const Run& run) const;
  // Between two runs of a guarded trainer nothing may move its state.
  void begin_guard(const TrainRequest& request, const CancelFlag& cancel);
  void end_guard(const TrainRequest& request);
  TrainProgress run_epoch(const TrainRequest& request, const CancelFlag& cancel,
                          const std::function<void(const TrainProgress&)>& report);
  // All steps of a run; what the device was told is done when this returns or throws.
  void run_steps(Run& run);
  void abandon_steps();
  void wait_for_device();
  // The state was moved from outside.
  void forget_rest() { at_rest_.clear(); }
  void run_one_by_one(Run& run);
  void run_queued(Run& run);
  void keep(Run& run);
  void read(int array, size_t index, float* out) const;
  int statistics_of(Weights weights) const {
    return weights == Weights::kAveraged && has_averaged_statistics_ ? 1 : 0;
  }
  // RANGE unless an embedding can read the inputs of the data set, which errors call `name`,
  // and the loss its labels; it is looked at once.
  void check_dataset(const data::Dataset& dataset, const char* name, const CancelFlag* cancel);
  void share_frozen_statistics();
  StepReport update(const Run& run, const StepSettings& settings, Watch watch);
  // Whether the next step is to be looked at.
  bool is_monitored(const Run& run) const;
  MonitorView view(int64_t rows, const float* const* gradients);
  void add_outputs(int64_t rows, bool sparse, MetricSums& sums);
  void each_batch(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                  FunctionRef<void(int64_t rows)> body);
  void list_state();
  std::unique_ptr<BatchFeed> make_feed(const BatchSource& source);
  void reserve(int64_t rows, int64_t label_width);  // buffers of a batch

  EngineOptions options_;
  Backend& backend_;
  MemoryLimit memory_;
  Arena arena_;       // 0: parameters, 1: gradients
  Arena statistics_;  // 0: of the run, 1: of the averaged weights
  bool has_averaged_statistics_ = false;
  Plan plan_;
  Stepper stepper_;
  std::vector<float*> parameters_;
  std::vector<float*> averages_;  // empty: none are kept
  std::vector<const float*> gradients_;
  std::unique_ptr<GradientSum> sum_;  // from the first batch in parts on
  std::vector<StateTensor> state_;
  std::unique_ptr<Guard> guard_;  // from the first guarded run on
  Guard::Digests at_rest_;        // at its end; empty: unknown
  std::set<uint64_t> checked_;    // serials of data sets
  // Where the backend is queued; the pipeline from the first run on.
  std::unique_ptr<DeviceBatches> device_batches_;
  std::unique_ptr<StepPipeline> pipeline_;
};

}  // namespace thalweg
