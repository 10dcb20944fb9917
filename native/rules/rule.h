// An update rule is a struct with
//   kName          its name in TypeScript
//   kHyper         the names of its hyper-parameters, in the order of `hyper`
//   kSlots         the names of its state arrays, each with one float32 per parameter
//   kScalars       the names of its scalar state per group (doubles)
//   Coefficients   the float32 values that one step needs, trivially copyable
//   coefficients() computes these values once per step, on the host, in double
//   apply()        updates one parameter by + - * / and the functions below, which IEEE 754 rounds
//                  alike on every processor; Number is float or Bound (rules/bound.h)
// A rule knows nothing of threads, vectors, memory or devices. docs/adding.md has the checklist.
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

// The numbers of a group are the rule's hyper-parameters and then these. Coupled L2 is added to the
// gradient of any rule.
enum GroupNumber : int {
#define THALWEG_GROUP_SETTING(name, enumerator) enumerator,
#include "rules/settings.def"
  kGroupNumbers
};

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

// A rule that looks at whole tensors takes two passes: one for norms, which writes nothing, and one
// that updates. Its apply() gets the direction times the ratio in place of the gradient.
template <class Rule>
concept TensorRule = requires {
  // direction() updates the slots by a gradient, and returns the direction of the step.
  // measured() returns the number whose norm ratio() needs, from a gradient and its direction.
  // ratio() returns the factor of the direction, from the norms of the weights and of measured().
  // reach() returns a bound: |ratio direction| <= reach |w|.
  &Rule::ratio;
};
// A rule that decays weights itself finds the group's weightDecay behind its hyper-parameters. For
// all other rules, the weights shrink by rate * weightDecay before apply().
template <class Rule>
concept DecayingRule = requires {
  Rule::kDecays;
};

inline namespace THALWEG_LANES {

// Compiles to an instruction, which rounds correctly on every processor, and never to a library
// call.
THALWEG_INLINE float root(float x) { return __builtin_sqrtf(x); }
THALWEG_INLINE float magnitude(float x) { return __builtin_fabsf(x); }
THALWEG_INLINE float square(float x) { return x * x; }
// Both return NaN if `b` is NaN, but not if only `a` is NaN.
THALWEG_INLINE float larger(float a, float b) { return a > b ? a : b; }
THALWEG_INLINE float smaller(float a, float b) { return b > a ? a : b; }
// Returns x. A rule calls it where |x| never exceeds `limit` and Bound cannot derive this.
THALWEG_INLINE float at_most(float x, float) { return x; }
// Returns 1 or -1, and leaves zero and NaN as they are.
THALWEG_INLINE float sign(float x) { return x > 0.0f ? 1.0f : (x < 0.0f ? -1.0f : x); }

// Returns the factor of a tensor's directions, from the sums of squares of its weights and of
// measured(). It is 1 if a sum is 0. A ratio beyond float32 becomes the largest float32.
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
