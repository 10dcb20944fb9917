// Whole numbers rounded up, of numbers that are not negative.
#pragma once

#include <type_traits>

namespace thalweg {

// a / b
template <class Integer>
constexpr Integer ceil_div(Integer a, std::type_identity_t<Integer> b) {
  return (a + b - 1) / b;
}

// To a multiple of unit.
template <class Integer>
constexpr Integer round_up(Integer value, std::type_identity_t<Integer> unit) {
  return ceil_div(value, unit) * unit;
}

}  // namespace thalweg
