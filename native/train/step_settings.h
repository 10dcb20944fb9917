// The values of one optimizer step, and what each parameter group is given of them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "backends/step_work.h"
#include "rules/registry.h"
#include "train/state_bounds.h"

namespace thalweg {

enum class NonFinite { kStop, kSkip, kAllow };

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
  // Whether a step that meets or makes numbers that are not finite is left out.
  bool refuses() const { return non_finite != NonFinite::kAllow; }
  // Whether the gradient is looked at before the update.
  bool measures() const { return needs_norm() || refuses(); }
  // Whether clipping keeps the gradient ordinary, whatever it is.
  bool clips_to_ordinary() const { return 2 * clip() <= kOrdinary; }
  // The largest element that the rule may see of a gradient which is ordinary, or clipped so.
  double largest_gradient() const { return clips_to_ordinary() ? 2 * clip() : kOrdinary; }

 private:
  // The least bound; rounding takes an element less far beyond it than twice.
  double clip() const { return std::min(std::min(clip_value, clip_tensor_norm), clip_global_norm); }
};

// Sets the groups' decays, and of their coefficients all but the rule's own, which come after the
// gradient was found fit.
void prepare_groups(const StepSettings& settings, const RuleInfo& rule,
                    std::vector<StepCoefficients>& coefficients, std::vector<Decay>& decays);

// Whether L2 adds the weights of any group to their gradients.
inline bool any_is_coupled(const std::vector<Decay>& decays) {
  return std::any_of(decays.begin(), decays.end(), is_coupled);
}

}  // namespace thalweg
