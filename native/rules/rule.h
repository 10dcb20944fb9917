// What an update rule is. A rule is a struct with
//   kName          its name, as in rules.def and in TypeScript
//   kHyper         names of its hyper-parameters, in the order of `hyper`
//   kSlots         names of its state arrays, one float32 per parameter each
//   kScalars       names of its per-group scalar state (doubles), if any
//   Coefficients   the float32 values that one step needs; trivially copyable
//   coefficients() computes them once per step, on the host, in double
//   apply()        updates one parameter; only + - * / and the functions below,
//                  which IEEE 754 rounds alike on every processor. Number is float,
//                  or rules/bound.h's, which knows what a step can do beforehand.
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

}  // namespace THALWEG_LANES
}  // namespace rules
}  // namespace thalweg
