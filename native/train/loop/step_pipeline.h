// Keeps training steps in flight on a device that runs behind the host. Each step is one recorded
// sequence of ops, from the gather to the update, and reports through memory that both see.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>

#include "backends/queued_backend.h"
#include "train/data/batch_feed.h"
#include "train/data/device_batches.h"
#include "train/plan/plan.h"
#include "train/step/gradient_reducer.h"
#include "train/step/stepper.h"

namespace thalweg {

class StepPipeline {
 public:
  struct Step {
    int64_t number = 0;  // counted within the epoch
    int64_t rows = 0;
    bool reports_norm = false;  // the caller asked for the norm
    StepReceipt receipt = {};
  };

  // The parts that the steps work with. All of them outlive the pipeline, and the stepper is bound.
  struct Context {
    QueuedBackend& backend;
    Plan& plan;
    Stepper& stepper;
    DeviceBatches& batches;
    GradientReducer& reducer;
    GradientArray gradients;
  };
  explicit StepPipeline(const Context& context);

  // Lets steps take their batches from `source` from here on. No step may be in flight.
  void begin(const BatchSource& source, uint64_t seed);
  // The number of steps in flight.
  int64_t size() const { return static_cast<int64_t>(in_flight_.size()); }
  bool is_full() const { return in_flight_.size() == kSlots; }
  bool is_empty() const { return in_flight_.empty(); }
  // Queues step `number` of the epoch and counts it as taken. Where this throws, the step does not
  // count; call settle() and make another pipeline. Throws DEVICE where its update may be queued.
  void push(int64_t number, const StepSettings& settings);
  // Waits for the oldest step. A halted one (a gradient not finite, a class invalid) has changed
  // nothing, nor have those behind it. Throws DEVICE where the device failed.
  Step pop();
  // Called after pop() returned a halted step. Drops all steps behind it, puts the stepper back to
  // before it, and lets the queue run again.
  void rewind();
  // Waits for all steps. Drops the first halted one and all behind it.
  void settle();

 private:
  static constexpr uint64_t kSlots = 32;

  // A recording depends on these values, and on memory that never moves.
  struct Key {
    int64_t rows;
    bool measures;
    uint64_t dataset;
    int64_t plan, batches;  // generations
    auto operator<=>(const Key&) const = default;
  };
  struct InFlight {
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

  std::shared_ptr<void> arguments_;  // for the step that runs, in device memory
  std::shared_ptr<void> state_;      // device memory: counter, halt, outcome
  std::shared_ptr<void> ring_;       // shared: arguments [kSlots]
  std::shared_ptr<void> receipts_;   // shared: StepReceipt [kSlots]
  // start_ and draws_ point into arguments_.
  const uint64_t* start_ = nullptr;
  const DropoutDraw* draws_ = nullptr;
  StepFeed feed_ = {};
  uint64_t queued_ = 0;  // the number of steps queued so far
  std::deque<InFlight> in_flight_;
  StepCounters halted_;  // the stepper's counters before the halted step
  // Null means that the key came once. The step is recorded when the key comes again.
  std::map<Key, std::unique_ptr<Recording>> recordings_;
};

}  // namespace thalweg
