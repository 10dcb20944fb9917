// One optimizer bound to a list of tensors: slots, counters, clipping, the non-finite policy. It
// owns no parameters or gradients. It is not thread-safe; callers hold the lease.
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
#include "train/step/average.h"
#include "train/step/rehearsal.h"
#include "train/step/state_bounds.h"
#include "train/step/step_counters.h"
#include "train/step/step_cut.h"
#include "train/step/step_settings.h"

namespace thalweg {

struct StepperTensor {
  std::string name;
  int64_t length;  // elements
  int32_t group;
  // No step reads the gradient of a frozen tensor, or moves it, its slots or its average.
  bool frozen = false;
};

struct StepperOptions {
  int rule = 0;
  int groups = 1;
  std::vector<StepperTensor> tensors;
  AverageOptions average;
};

struct StepReport {
  bool skipped = false;
  // The norm of the scaled, value-clipped gradient before norm clipping; NaN if not asked for.
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
};

class Stepper {
 public:
  Stepper(StepperOptions options, StepExecutor& executor);

  // Takes one step in place. parameters[i] and gradients[i] hold tensors[i].length floats in the
  // executor's memory. Policy kStop throws NONFINITE before anything changes. The error names the
  // gradient's first bad element, else the loss, else what the step would make infinite or NaN.
  StepReport step(float* const* parameters, const float* const* gradients,
                  const StepSettings& settings);

  const RuleInfo& rule() const { return rule_infos()[options_.rule]; }
  const StepperOptions& options() const { return options_; }
  int hyper_count() const { return static_cast<int>(rule().hyper.size()) + kGroupNumbers; }

  // For a training loop that queues steps. write_arguments() counts the step as taken. Where the
  // queue halts, the loop sets the counters from before.
  void bind(float* const* parameters, const float* const* gradients);
  size_t argument_bytes() const { return StepArguments::bytes(options_.groups); }
  void write_arguments(const StepSettings& settings, void* arguments);
  void queue(const StepPlace& place, const StepSettings& settings);
  // True where the next step surely overflows nothing if its gradient is ordinary. Such a step can
  // be queued; step() takes any other.
  bool cannot_overflow(const StepSettings& settings);
  void queue_probe(StepProbe probe, const StepPlace& place) { queued_->queue_probe(probe, place); }

  // The state is everything that a step reads besides parameters and settings. Whoever writes into
  // the state or the parameters from outside calls these two.
  void forget_state() { bounds_.forget(); }
  void forget_parameters() { bounds_.forget_weights(); }
  float* slot(int slot, size_t tensor) const { return slots_.tensor(slot, tensor); }
  bool averages() const { return options_.average.kind != AverageKind::kNone; }
  // The number of weights that the average has taken.
  int64_t averaged_count() const;
  // Returns the average of a tensor's weights, or null where none is kept.
  float* average(size_t tensor) const { return tensors_[tensor].average; }
  int64_t step_count() const { return counters_.steps; }
  void set_step_count(int64_t count) { counters_.steps = count; }
  int64_t skipped_count() const { return counters_.skipped; }
  void set_skipped_count(int64_t count) { counters_.skipped = count; }
  std::vector<double>& scalars() { return counters_.scalars; }
  const StepCounters& counters() const { return counters_; }
  // Throws SHAPE or RANGE for counters that no run of this optimizer could have.
  void check_counters(const StepCounters& counters) const {
    thalweg::check_counters(counters, counters_.scalars.size(), averages());
  }
  // Allocates nothing where there are as many scalars as before.
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
  // True where the rule sees numbers that grow with the weights, so that each step checks the
  // weights of every group. A device that runs behind the host checks them itself.
  bool checks_weights() const { return rule().ratio != nullptr || any_is_coupled(decays_); }
  // Kinds of gradients, together with their loss. A step with kLarge may overflow.
  enum class Gradient { kOrdinary, kLarge, kNonFinite };
  Gradient classify(const StepSettings& settings, StepReport* report);
  Gradient classify_elements(const StepSettings& settings);
  // Moves the bounds. Returns true where the step with the present coefficients surely overflows
  // nothing.
  bool advance_bounds(const StepSettings& settings);
  std::optional<Overflow> find_overflow();
  std::optional<Overflow> predict_overflow(const StepSettings& settings, Gradient gradient);
  StepReport step_queued(const StepSettings& settings);
  StepReport step_on_host(const StepSettings& settings, StepReport report);
  StepOutcome run_queued(const StepSettings& settings, double norm_limit);
  double norm_limit(const StepSettings& settings);
  void write(const StepSettings& settings, double norm_limit, void* arguments) const;
  // Counts a step as skipped because of its gradient, its loss or an overflow, or throws NONFINITE.
  StepReport skip(const StepSettings& settings, StepReport report, const Overflow* overflow);

  StepperOptions options_;
  StepExecutor& executor_;
  Arena slots_;  // the rule's slots, then the average where one is kept
  std::vector<StepTensor> tensors_;
  StepCut cut_;
  std::vector<double> square_sums_;      // per piece
  std::vector<TensorSums> tensor_sums_;  // per piece, where the rule looks at tensors
  std::vector<StepCoefficients> coefficients_;
  std::vector<Decay> decays_;
  float average_rate_ = 0;  // for the step under way
  StepCounters counters_;
  StepCounters before_;  // before the step under way
  StateBounds bounds_;
  bool bound_ = false;
  std::unique_ptr<QueuedStep> queued_;
  std::shared_ptr<void> place_;  // the arguments of step_queued(), in the device's memory
};

}  // namespace thalweg
