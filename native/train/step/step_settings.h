// The settings of one optimizer step, and the coefficients that each parameter group gets from
// them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "backends/step_work.h"
#include "rules/registry.h"
#include "train/step/state_bounds.h"

namespace thalweg {

enum class NonFinite {
#define THALWEG_NON_FINITE(enumerator, name) enumerator,
#include "train/step/non_finite.def"
#undef THALWEG_NON_FINITE
};

// In the order of the enumerators.
inline constexpr const char* kNonFiniteNames[] = {
#define THALWEG_NON_FINITE(enumerator, name) name,
#include "train/step/non_finite.def"
#undef THALWEG_NON_FINITE
};

inline constexpr double kNoClip = std::numeric_limits<double>::infinity();

// The settings of one step. For each group, `groups` holds the rule's hyper-parameters in its
// order, then l2, then weightDecay.
struct StepSettings {
  const double* groups = nullptr;
  double gradient_scale = 1;
  double clip_value = kNoClip;
  double clip_tensor_norm = kNoClip;
  double clip_global_norm = kNoClip;
  NonFinite non_finite = NonFinite::kStop;
  bool report_norm = false;
  // The loss of this gradient, or 0 where it is unknown. The non-finite policy looks at it too.
  double loss = 0;
  double average_decay = 0;
  // The plan's dropout rates, which come with a trainer's settings row.
  const double* dropout_rates = nullptr;
  // The number of the epoch, from 1, whose last step this is; 0 for any other step.
  int64_t ended_epoch = 0;

  // True where the step needs the gradient's norm.
  bool needs_norm() const {
    return clip_tensor_norm != kNoClip || clip_global_norm != kNoClip || report_norm;
  }
  // True where a step must change nothing if it meets or makes numbers that are not finite.
  bool refuses() const { return non_finite != NonFinite::kAllow; }
  // True where the gradient is looked at before the update.
  bool measures() const { return needs_norm() || refuses(); }
  // True where clipping makes every finite gradient ordinary.
  bool clips_to_ordinary() const { return 2 * clip() <= kOrdinary; }
  // Returns the largest element that the rule may see, where the gradient is ordinary by itself or
  // by clipping.
  double largest_gradient() const { return clips_to_ordinary() ? 2 * clip() : kOrdinary; }

 private:
  // Returns the lowest of the clipping bounds. Rounding takes no element beyond twice the bound.
  double clip() const { return std::min(std::min(clip_value, clip_tensor_norm), clip_global_norm); }
};

// Sets each group's decay, and its coefficients except the rule's own. Those follow after the
// gradient was found fit.
void prepare_groups(const StepSettings& settings, const RuleInfo& rule,
                    std::vector<StepCoefficients>& coefficients, std::vector<Decay>& decays);

// True where L2 adds the weights of some group to their gradients.
inline bool any_is_coupled(const std::vector<Decay>& decays) {
  return std::any_of(decays.begin(), decays.end(), is_coupled);
}

}  // namespace thalweg
