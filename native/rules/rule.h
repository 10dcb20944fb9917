// What an update rule is: a struct with
//   kName          its name, as in rules.def and in TypeScript
//   kHyper         names of its hyper-parameters, in the order of `hyper`
//   kSlots         names of its state arrays, one float32 per parameter each
//   kScalars       names of its per-group scalar state (doubles), if any
//   Coefficients   the float32 values that one step needs; trivially copyable
//   coefficients() computes them once per step, on the host, in double
//   apply()        updates one parameter; only + - * / and the functions below,
//                  which IEEE 754 rounds alike on every processor. Number is float,
//                  or rules/bound.h's, which knows what a step can do beforehand.
// A rule that looks at whole tensors has, besides,
//   direction()    advances the slots by a gradient; gives what the step is along
//   measured()     the number of a gradient and its direction whose norm is needed
//   ratio()        from the tensor's norm, and that norm, both more than 0: what the
//                  direction is multiplied by. It is 1 where one of them is 0
//   reach()        a bound: |ratio direction| <= reach |w|
// and its apply() takes the multiplied direction for the gradient. Such a step is two
// passes: one for the norms, which writes nothing, and one that updates.
// A rule that decays weights itself declares kDecays, and finds the group's weightDecay
// behind its hyper-parameters; the weights of all others shrink by rate * weightDecay
// before apply(). Coupled L2 is added to the gradient of any rule.
// A rule knows nothing of threads, vectors, memory or devices. docs/adding.md
// has the checklist.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "core/macros.h"

namespace thalweg {

inline constexpr int kMaxSlots = 3;
inline constexpr int kMaxHyper = 8;
inline constexpr int kMaxScalars = 2;
inline constexpr int kMaxCoefficients = 12;

// A group's numbers: the rule's hyper-parameters, then these.
enum GroupNumber : int { kL2, kWeightDecay, kGroupNumbers };

// A list of names whose length is part of the type.
template <size_t kCount>
struct Names {
  const char* values[kCount == 0 ? 1 : kCount];
  static constexpr size_t count = kCount;
};
template <class... Text>
constexpr Names<sizeof...(Text)> names(Text... text) {
  return {{text...}};
}

namespace rules {

template <class Rule>
concept TensorRule = requires {
  &Rule::ratio;
};
template <class Rule>
concept DecayingRule = requires {
  Rule::kDecays;
};

inline namespace THALWEG_LANES {

// The square root as an instruction: exact everywhere, never a library call.
THALWEG_INLINE float root(float x) { return __builtin_sqrtf(x); }
THALWEG_INLINE float magnitude(float x) { return __builtin_fabsf(x); }
THALWEG_INLINE float square(float x) { return x * x; }
// A NaN in `b` comes through; one in `a` does not.
THALWEG_INLINE float larger(float a, float b) { return a > b ? a : b; }
THALWEG_INLINE float smaller(float a, float b) { return b > a ? a : b; }
// The number itself. A rule says that it never exceeds `limit`, where a bound cannot see that.
THALWEG_INLINE float at_most(float x, float) { return x; }
// 1, -1, and zero or NaN as they are.
THALWEG_INLINE float sign(float x) { return x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x); }

// What the directions of a tensor are multiplied by, from the sums of squares of its weights and
// of what the rule measures. A ratio beyond float32 is its largest number.
template <class Rule>
THALWEG_INLINE float tensor_ratio(const typename Rule::Coefficients& c, double weights,
                                  double measured) {
  constexpr float kLargest = 3.402823466e38f;
  if (!(weights > 0 && measured > 0)) return 1;
  const double ratio = Rule::ratio(c, __builtin_sqrt(weights), __builtin_sqrt(measured));
  return ratio < kLargest ? static_cast<float>(ratio) : kLargest;
}

}  // namespace THALWEG_LANES
}  // namespace rules
}  // namespace thalweg
