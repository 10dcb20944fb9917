// Rounds up whole numbers that are not negative.
#pragma once

#include <type_traits>

namespace thalweg {

// Returns a / b, rounded up.
template <class Integer>
constexpr Integer ceil_div(Integer a, std::type_identity_t<Integer> b) {
  return (a + b - 1) / b;
}

// Rounds up to a multiple of `unit`.
template <class Integer>
constexpr Integer round_up(Integer value, std::type_identity_t<Integer> unit) {
  return ceil_div(value, unit) * unit;
}

}  // namespace thalweg
