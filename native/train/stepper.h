// One optimizer bound to a list of tensors: slots, step count, clipping, the
// non-finite policy. It serves the arena (training loop) and the caller's own
// arrays (optim.bind) alike; who owns parameters and gradients is not its
// business. Not thread-safe; callers hold the lease.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "backends/step_work.h"
#include "core/arena.h"
#include "rules/registry.h"

namespace thalweg {

enum class NonFinite { kStop, kSkip, kAllow };

struct StepperTensor {
  std::string name;
  int64_t length;  // elements
  int32_t group;
};

struct StepperOptions {
  int rule = 0;
  int groups = 1;
  std::vector<StepperTensor> tensors;
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
};

struct StepReport {
  bool skipped = false;
  // Of the scaled, value-clipped gradient before norm clipping; NaN if not asked for.
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
};

class Stepper {
 public:
  Stepper(StepperOptions options, StepExecutor& executor);

  // One update in place. parameters[i], gradients[i] hold tensors[i].length
  // floats. Throws NONFINITE (policy kStop) before any weight changes; names the
  // gradient's first such element, or the loss where every element is finite.
  StepReport step(float* const* parameters, const float* const* gradients,
                  const StepSettings& settings);

  const RuleInfo& rule() const { return rule_infos()[options_.rule]; }
  const StepperOptions& options() const { return options_; }
  int hyper_count() const { return static_cast<int>(rule().hyper.size()) + 2; }

  // State: everything that a step reads besides parameters and settings.
  float* slot(int slot, size_t tensor) const { return slots_.tensor(slot, tensor); }
  int64_t step_count() const { return step_count_; }
  void set_step_count(int64_t count) { step_count_ = count; }
  int64_t skipped_count() const { return skipped_count_; }
  void set_skipped_count(int64_t count) { skipped_count_ = count; }
  std::vector<double>& scalars() { return scalars_; }  // [groups][rule scalars]
  size_t bytes() const { return slots_.bytes(); }

 private:
  void cut_pieces();
  void prepare(const StepSettings& settings);
  StepWork work() const;
  double measure(const StepSettings& settings);
  [[noreturn]] void refuse_nonfinite(double loss) const;

  StepperOptions options_;
  StepExecutor& executor_;
  Arena slots_;
  std::vector<StepTensor> tensors_;
  std::vector<StepPiece> pieces_;
  std::vector<int64_t> parts_;
  std::vector<double> square_sums_;  // per piece
  std::vector<StepCoefficients> coefficients_;
  std::vector<Decay> decays_;
  std::vector<double> scalars_;
  int64_t step_count_ = 0;
  int64_t skipped_count_ = 0;
};

}  // namespace thalweg
