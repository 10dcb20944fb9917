// The loop around a rule prepares the gradient, decays, updates and stores in one pass. Each host
// backend includes it in one .cc file, and THALWEG_LANES keeps the copies apart.
#pragma once

#include "backends/step_element.h"
#include "backends/step_work.h"
#include "rules/rules.h"

namespace thalweg {
inline namespace THALWEG_LANES {

template <class Rule, Decay kDecay>
void step_loop(const StepSpan& span, const StepCoefficients& step) {
  constexpr bool kCoupled = is_coupled(kDecay);
  constexpr bool kDecoupled = kDecay == Decay::kDecoupled || kDecay == Decay::kBoth;
  constexpr int kSlots = static_cast<int>(Rule::kSlots.count);
  typename Rule::Coefficients coefficients;
  __builtin_memcpy(&coefficients, step.rule, sizeof coefficients);
  float* parameter = span.parameter;
  const float* gradient = span.gradient;
  float* slot0 = span.slot[0];
  float* slot1 = span.slot[1];
  float* slot2 = span.slot[2];
  const float scale = step.scale, clip = step.clip_value, factor = span.factor;
  const float ratio = span.ratio, l2 = step.l2, shrink = step.shrink;
  const int64_t length = span.length;
  // No caller passes arrays that overlap, so the iterations are independent.
#pragma GCC ivdep
  for (int64_t i = 0; i < length; ++i) {
    float state[kMaxSlots];
    if constexpr (kSlots > 0) state[0] = slot0[i];
    if constexpr (kSlots > 1) state[1] = slot1[i];
    if constexpr (kSlots > 2) state[2] = slot2[i];
    float w = parameter[i];
    float g = prepare_gradient(gradient[i], scale, clip, factor);
    if constexpr (kCoupled) g = g + l2 * w;
    if constexpr (kDecoupled) w = w - shrink * w;
    parameter[i] = updated<Rule>(coefficients, ratio, g, w, state);
    if constexpr (kSlots > 0) slot0[i] = state[0];
    if constexpr (kSlots > 1) slot1[i] = state[1];
    if constexpr (kSlots > 2) slot2[i] = state[2];
  }
}

// The first pass of a rule that looks at whole tensors. Element i adds to partial sum i mod 32, and
// the partial sums are folded in halves.
template <class Rule, bool kCoupled>
TensorSums tensor_sums_loop(const StepSpan& span, const StepCoefficients& step) {
  constexpr int kPartials = 32;
  typename Rule::Coefficients coefficients;
  __builtin_memcpy(&coefficients, step.rule, sizeof coefficients);
  double weights[kPartials] = {}, measured[kPartials] = {};
  const auto add = [&](int64_t i, int lane) {
    float state[kMaxSlots];
    THALWEG_UNROLL
    for (size_t slot = 0; slot < Rule::kSlots.count; ++slot) state[slot] = span.slot[slot][i];
    const float w = span.parameter[i];
    float g = prepare_gradient(span.gradient[i], step.scale, step.clip_value, span.factor);
    if constexpr (kCoupled) g = g + step.l2 * w;
    const double x = Rule::measured(g, Rule::direction(coefficients, g, w, state));
    weights[lane] += double{w} * w;
    measured[lane] += x * x;
  };
  const int64_t whole = span.length / kPartials * kPartials;
  for (int64_t i = 0; i < whole; i += kPartials)
    for (int lane = 0; lane < kPartials; ++lane) add(i + lane, lane);
  for (int64_t i = whole; i < span.length; ++i) add(i, static_cast<int>(i - whole));
  for (int width = kPartials / 2; width > 0; width /= 2)
    for (int lane = 0; lane < width; ++lane) {
      weights[lane] += weights[lane + width];
      measured[lane] += measured[lane + width];
    }
  return {weights[0], measured[0]};
}

template <class Rule>
constexpr StepFunction step_function(Decay decay) {
  switch (decay) {
    case Decay::kCoupled:
      return &step_loop<Rule, Decay::kCoupled>;
    case Decay::kDecoupled:
      return &step_loop<Rule, Decay::kDecoupled>;
    case Decay::kBoth:
      return &step_loop<Rule, Decay::kBoth>;
    default:
      return &step_loop<Rule, Decay::kNone>;
  }
}

inline StepFunction find_step(int rule, Decay decay) {
  using Find = StepFunction (*)(Decay);
  static constexpr Find kFind[] = {
#define THALWEG_RULE(Rule) &step_function<rules::Rule>,
#include "rules/rules.def"
#undef THALWEG_RULE
  };
  return kFind[rule](decay);
}

// Returns null for a rule that does not look at whole tensors.
template <class Rule>
constexpr TensorSumsFunction tensor_sums_function(Decay decay) {
  if constexpr (rules::TensorRule<Rule>)
    return is_coupled(decay) ? &tensor_sums_loop<Rule, true> : &tensor_sums_loop<Rule, false>;
  return nullptr;
}

inline TensorSumsFunction find_tensor_sums(int rule, Decay decay) {
  using Find = TensorSumsFunction (*)(Decay);
  static constexpr Find kFind[] = {
#define THALWEG_RULE(Rule) &tensor_sums_function<rules::Rule>,
#include "rules/rules.def"
#undef THALWEG_RULE
  };
  return kFind[rule](decay);
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
