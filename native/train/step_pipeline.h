// Training steps in flight on a device that runs behind the host: each is queued
// as one recorded sequence of ops, from the gather to the update, and reports
// through memory that both see. A step that halts the queue (a gradient that is
// not finite, a class that is none) changes nothing, nor does any behind it; the
// caller rewinds, and runs it again by itself.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "backends/queued_backend.h"
#include "train/batch_feed.h"
#include "train/device_batches.h"
#include "train/gradient_reducer.h"
#include "train/plan.h"
#include "train/stepper.h"

namespace thalweg {

class StepPipeline {
 public:
  struct Step {
    int64_t number = 0;  // of the epoch
    int64_t rows = 0;
    bool reports_norm = false;  // the receipt's norm was asked for
    StepReceipt receipt = {};
  };

  // What the steps work with; all of it outlives the pipeline, and the stepper is bound.
  struct Context {
    QueuedBackend& backend;
    Plan& plan;
    Stepper& stepper;
    DeviceBatches& batches;
    GradientReducer& reducer;
    GradientArray gradients;
  };
  explicit StepPipeline(const Context& context);

  // Steps take their batches from `source` from here on. Nothing is in flight.
  void begin(const BatchSource& source, uint64_t seed);
  // Steps in flight.
  int64_t size() const { return static_cast<int64_t>(flying_.size()); }
  bool is_full() const { return flying_.size() == kSlots; }
  bool is_empty() const { return flying_.empty(); }
  // Queues step `number` of the epoch and counts it as taken. Where it throws, the step is
  // neither counted nor in flight, but its gradient may be queued: settle(), and make another
  // pipeline. DEVICE where its update may be, too.
  void push(int64_t number, const StepSettings& settings);
  // Waits for the oldest step. Throws DEVICE where the device failed.
  Step pop();
  // After pop() gave a halted step: all behind it are dropped, the stepper stands
  // before it, and the queue runs again.
  void rewind();
  // Waits for all steps; the first halted one and all behind it are dropped.
  void settle();

 private:
  static constexpr uint64_t kSlots = 32;

  // What a recording depends on besides memory that never moves.
  struct Key {
    int64_t rows;
    bool measures;
    uint64_t dataset;
    int64_t plan, batches;  // generations
    auto operator<=>(const Key&) const = default;
  };
  struct Flying {
    Step step;
    uint64_t ticket;
    StepCounters before;
  };

  void allocate();
  void write_slot(const Step& step, const StepSettings& settings);
  class Stages;
  void queue_update(int64_t rows, const StepSettings& settings);
  void queue_end();
  void run(int64_t rows, const StepSettings& settings);
  const StepReceipt& await(uint64_t ticket);

  QueuedBackend& backend_;
  Plan& plan_;
  Stepper& stepper_;
  DeviceBatches& batches_;
  GradientReducer& reducer_;
  GradientArray gradients_;
  BatchSource source_ = {};
  uint64_t seed_ = 0;

  std::shared_ptr<void> arguments_;  // of the step that runs, in device memory
  std::shared_ptr<void> state_;      // device memory: counter, halt, outcome
  std::shared_ptr<void> ring_;       // shared: arguments [kSlots]
  std::shared_ptr<void> receipts_;   // shared: StepReceipt [kSlots]
  const uint64_t* start_ = nullptr;  // these three lie in arguments_
  const DropoutDraw* draws_ = nullptr;
  StepFeed feed_ = {};
  uint64_t queued_ = 0;  // steps so far
  std::deque<Flying> flying_;
  StepCounters halted_;  // the stepper's before the step that halted
  // Null: came once, and is recorded when it comes again.
  std::map<Key, std::unique_ptr<Recording>> recordings_;
};

}  // namespace thalweg
