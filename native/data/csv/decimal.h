// Reads decimal numbers from text, rounded correctly: the double is the one that JavaScript's
// Number() gives. std::from_chars for doubles came with GCC 11, and releases are built by GCC 10.
#pragma once

#include <cstdint>

namespace thalweg::data {

struct Decimal {
  double value = 0;
  // True without point and exponent.
  bool is_integer = false;
  // True for 007 but not for 0 or 0.7: such a text is more likely a code than a number.
  bool has_leading_zero = false;
};

// Reads a number from the start of a text: [+-] digits [point digits] [(e|E) [+-] digits], with at
// least one digit beside the exponent, or [+-] Infinity or inf. Returns the place behind it, or
// null.
const char* read_decimal(const char* begin, const char* end, char point, Decimal* decimal);

}  // namespace thalweg::data
