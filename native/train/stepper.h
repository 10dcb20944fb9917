// One optimizer bound to a list of tensors: slots, step count, clipping, the
// non-finite policy. It serves the arena (training loop) and the caller's own
// arrays (optim.bind) alike; who owns parameters and gradients is not its
// business. Not thread-safe; callers hold the lease.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "backends/step_executor.h"
#include "core/arena.h"
#include "rules/registry.h"
#include "train/average.h"
#include "train/rehearsal.h"
#include "train/state_bounds.h"
#include "train/step_counters.h"
#include "train/step_cut.h"
#include "train/step_settings.h"

namespace thalweg {

struct StepperTensor {
  std::string name;
  int64_t length;  // elements
  int32_t group;
  bool frozen = false;  // no step looks at its gradient, or moves it, its slots or its average
};

struct StepperOptions {
  int rule = 0;
  int groups = 1;
  std::vector<StepperTensor> tensors;
  AverageOptions average;
};

struct StepReport {
  bool skipped = false;
  // Of the scaled, value-clipped gradient before norm clipping; NaN if not asked for.
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
};

class Stepper {
 public:
  Stepper(StepperOptions options, StepExecutor& executor);

  // One update in place. parameters[i], gradients[i] hold tensors[i].length floats
  // in the executor's memory. Throws NONFINITE (policy kStop) before anything
  // changes; names the gradient's first such element, the loss where every
  // element is finite, or else what the step would make infinite or NaN.
  StepReport step(float* const* parameters, const float* const* gradients,
                  const StepSettings& settings);

  const RuleInfo& rule() const { return rule_infos()[options_.rule]; }
  const StepperOptions& options() const { return options_; }
  int hyper_count() const { return static_cast<int>(rule().hyper.size()) + kGroupNumbers; }

  // For a training loop that queues steps: write_arguments counts the step as
  // taken; `counters` from before undo that where the queue halted.
  void bind(float* const* parameters, const float* const* gradients);
  size_t argument_bytes() const { return StepArguments::bytes(options_.groups); }
  void write_arguments(const StepSettings& settings, void* arguments);
  void queue(const StepPlace& place, const StepSettings& settings);
  // Whether the next step surely overflows nothing where its gradient is ordinary, so that it
  // can be queued; else `step` takes it.
  bool is_sure(const StepSettings& settings);
  void queue_probe(StepProbe probe, const StepPlace& place) { queued_->queue_probe(probe, place); }

  // State: everything that a step reads besides parameters and settings.
  // Whoever writes into the state, or the parameters, from outside says so.
  void forget_state() { bounds_.forget(); }
  void forget_parameters() { bounds_.forget_weights(); }
  float* slot(int slot, size_t tensor) const { return slots_.tensor(slot, tensor); }
  bool averages() const { return options_.average.kind != AverageKind::kNone; }
  // How many weights the average has seen.
  int64_t averaged_count() const;
  // The average of a tensor's weights; null where none is kept.
  float* average(size_t tensor) const { return tensors_[tensor].average; }
  int64_t step_count() const { return counters_.steps; }
  void set_step_count(int64_t count) { counters_.steps = count; }
  int64_t skipped_count() const { return counters_.skipped; }
  void set_skipped_count(int64_t count) { counters_.skipped = count; }
  std::vector<double>& scalars() { return counters_.scalars; }
  const StepCounters& counters() const { return counters_; }
  // Refuses counters that no run of this optimizer could have: SHAPE, RANGE.
  void check_counters(const StepCounters& counters) const {
    thalweg::check_counters(counters, counters_.scalars.size(), averages());
  }
  // Of as many scalars, which takes no memory.
  void set_counters(const StepCounters& counters) { counters_ = counters; }
  Memory& memory() const { return executor_.memory(); }
  size_t bytes() const { return slots_.bytes(); }
  static size_t bytes_for(const StepperOptions& options);

 private:
  void prepare(const StepSettings& settings);
  void advance(const StepSettings& settings);
  double* average_scalars();
  StepWork work() const;
  double fold_sums(const StepSettings& settings);
  void find_ratios();
  // Whether what the rule sees depends on how large weights are, so that each step looks at those
  // of every group: on a device that runs behind the host, the device does.
  bool looks_at_weights() const { return rule().ratio != nullptr || any_is_coupled(decays_); }
  // What the gradient and the loss are like: kLarge where the step may overflow.
  enum class Gradient { kOrdinary, kLarge, kNonFinite };
  Gradient look(const StepSettings& settings, StepReport* report);
  Gradient look_at_elements(const StepSettings& settings);
  // Whether the step with the present coefficients surely overflows nothing.
  bool advance_bounds(const StepSettings& settings);
  std::optional<Overflow> find_overflow();
  std::optional<Overflow> foresee(const StepSettings& settings, Gradient gradient);
  StepReport step_queued(const StepSettings& settings);
  StepReport step_unsure(const StepSettings& settings, StepReport report);
  StepOutcome run_queued(const StepSettings& settings, double norm_limit);
  double norm_limit(const StepSettings& settings);
  void write(const StepSettings& settings, double norm_limit, void* arguments) const;
  // The report of a step that is left out for its gradient or loss, or for what it overflows.
  StepReport skip(const StepSettings& settings, StepReport report, const Overflow* overflow);

  StepperOptions options_;
  StepExecutor& executor_;
  Arena slots_;  // the rule's, then the average's where one is kept
  std::vector<StepTensor> tensors_;
  StepCut cut_;
  std::vector<double> square_sums_;      // per piece
  std::vector<TensorSums> tensor_sums_;  // per piece, where the rule looks at tensors
  std::vector<StepCoefficients> coefficients_;
  std::vector<Decay> decays_;
  float average_rate_ = 0;  // of the step under way
  StepCounters counters_;
  StepCounters before_;  // the step under way
  StateBounds bounds_;
  bool bound_ = false;
  std::unique_ptr<QueuedStep> queued_;
  std::shared_ptr<void> place_;  // of step_queued, in the device's memory
};

}  // namespace thalweg
