// Rounds w · 10^q to the nearest double, ties to even.
#pragma once

#include <cstdint>

namespace thalweg::data {

// The digits of a number without its sign, as they were found.
struct DecimalDigits {
  uint64_t value = 0;         // the first 19 significant digits
  int64_t exponent = 0;       // the power of ten that `value` is multiplied by
  bool is_truncated = false;  // more digits follow, which are not all zero
  const char* begin = nullptr;
  const char* end = nullptr;
  char point = '.';
};

// Rounds any number.
double round_digits(const DecimalDigits& digits);

inline constexpr double kExactPowers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                          1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                          1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

inline double round_decimal(const DecimalDigits& digits) {
  const uint64_t w = digits.value;
  const int64_t q = digits.exponent;
  if (digits.is_truncated || w > uint64_t{1} << 53 || q < -22 || q > 22)
    return round_digits(digits);
  // Clinger (1990): one operation on two exact doubles rounds once.
  const auto exact = static_cast<double>(w);
  return q < 0 ? exact / kExactPowers[-q] : exact * kExactPowers[q];
}

}  // namespace thalweg::data
