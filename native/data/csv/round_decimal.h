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

double round_decimal(const DecimalDigits& digits);

}  // namespace thalweg::data
