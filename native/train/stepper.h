// One optimizer bound to a list of tensors: slots, step count, clipping, the
// non-finite policy. It serves the arena (training loop) and the caller's own
// arrays (optim.bind) alike; who owns parameters and gradients is not its
// business. Not thread-safe; callers hold the lease.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "backends/step_executor.h"
#include "core/arena.h"
#include "rules/registry.h"
#include "train/average.h"

namespace thalweg {

enum class NonFinite { kStop, kSkip, kAllow };

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

inline constexpr double kNoClip = std::numeric_limits<double>::infinity();

// The values of one step. `groups` holds, per group, the rule's hyper-parameters
// in its order, then l2, then weightDecay.
struct StepSettings {
  const double* groups = nullptr;
  double gradient_scale = 1;
  double clip_value = kNoClip;
  double clip_tensor_norm = kNoClip;
  double clip_global_norm = kNoClip;
  NonFinite non_finite = NonFinite::kStop;
  bool report_norm = false;
  double loss = 0;  // that the gradient is of, where it is known: the policy looks at it too
  double average_decay = 0;
  const double* dropout_rates = nullptr;  // the plan's, which a trainer's row brings along
  int64_t ended_epoch = 0;                // its number, from 1, where this step is its last

  // Whether the gradient's norm is needed.
  bool needs_norm() const {
    return clip_tensor_norm != kNoClip || clip_global_norm != kNoClip || report_norm;
  }
  // Whether the gradient is looked at before the update.
  bool measures() const { return needs_norm() || non_finite != NonFinite::kAllow; }
};

struct StepReport {
  bool skipped = false;
  // Of the scaled, value-clipped gradient before norm clipping; NaN if not asked for.
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
};

// What a step counts on the host.
struct StepCounters {
  int64_t steps = 0;
  int64_t skipped = 0;
  // [groups][rule scalars], then [kAverageScalars] where an average is kept
  std::vector<double> scalars;
};

class Stepper {
 public:
  Stepper(StepperOptions options, StepExecutor& executor);

  // One update in place. parameters[i], gradients[i] hold tensors[i].length floats
  // in the executor's memory. Throws NONFINITE (policy kStop) before any weight
  // changes; names the gradient's first such element, or the loss where every
  // element is finite.
  StepReport step(float* const* parameters, const float* const* gradients,
                  const StepSettings& settings);

  const RuleInfo& rule() const { return rule_infos()[options_.rule]; }
  const StepperOptions& options() const { return options_; }
  int hyper_count() const { return static_cast<int>(rule().hyper.size()) + 2; }

  // For a training loop that queues steps: write_arguments counts the step as
  // taken; `counters` from before undo that where the queue halted.
  void bind(float* const* parameters, const float* const* gradients);
  size_t argument_bytes() const { return StepArguments::bytes(options_.groups); }
  void write_arguments(const StepSettings& settings, void* arguments);
  void queue(const StepPlace& place, const StepSettings& settings);
  void queue_probe(StepProbe probe, const StepPlace& place) { queued_->queue_probe(probe, place); }

  // State: everything that a step reads besides parameters and settings.
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
  void check_counters(const StepCounters& counters) const;
  // Of as many scalars, which takes no memory.
  void set_counters(const StepCounters& counters) { counters_ = counters; }
  Memory& memory() const { return executor_.memory(); }
  size_t bytes() const { return slots_.bytes(); }
  static size_t bytes_for(const StepperOptions& options);

 private:
  void cut_pieces();
  void prepare(const StepSettings& settings);
  void advance(const StepSettings& settings);
  double* average_scalars();
  StepWork work() const;
  double measure(const StepSettings& settings);
  bool is_finite(const StepSettings& settings, StepReport* report);
  StepReport step_queued(const StepSettings& settings);
  StepOutcome run_queued(const StepSettings& settings, void* place, size_t bytes);
  StepReport skip(const StepSettings& settings, StepReport report);
  [[noreturn]] void refuse_nonfinite(double loss) const;

  StepperOptions options_;
  StepExecutor& executor_;
  Arena slots_;  // the rule's, then the average's where one is kept
  std::vector<StepTensor> tensors_;
  std::vector<StepPiece> pieces_;
  std::vector<int64_t> parts_;
  std::vector<double> square_sums_;  // per piece
  std::vector<StepCoefficients> coefficients_;
  std::vector<Decay> decays_;
  float average_rate_ = 0;  // of the step under way
  StepCounters counters_;
  bool bound_ = false;
  std::unique_ptr<QueuedStep> queued_;
  std::shared_ptr<void> place_;  // of step_queued, in the device's memory
};

}  // namespace thalweg
