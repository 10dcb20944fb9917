#include "train/step/step_settings.h"

#include <cstddef>

namespace thalweg {

namespace {

Decay decay_kind(double l2, double weight_decay) {
  if (l2 != 0) return weight_decay != 0 ? Decay::kBoth : Decay::kCoupled;
  return weight_decay != 0 ? Decay::kDecoupled : Decay::kNone;
}

}  // namespace

void prepare_groups(const StepSettings& settings, const RuleInfo& rule,
                    std::vector<StepCoefficients>& coefficients, std::vector<Decay>& decays) {
  const double* hyper = settings.groups;
  for (size_t group = 0; group < coefficients.size(); ++group) {
    const double *own = hyper + rule.hyper.size(), l2 = own[kL2], weight_decay = own[kWeightDecay];
    StepCoefficients& out = coefficients[group];
    out.scale = static_cast<float>(settings.gradient_scale);
    out.clip_value = static_cast<float>(settings.clip_value);
    out.l2 = static_cast<float>(l2);
    // hyper[0] is the learning rate.
    out.shrink = rule.decays ? 0 : static_cast<float>(hyper[0] * weight_decay);
    decays[group] = decay_kind(l2, rule.decays ? 0 : weight_decay);
    hyper = own + kGroupNumbers;
  }
}

}  // namespace thalweg
