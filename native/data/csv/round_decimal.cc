#include "data/csv/round_decimal.h"

#include <locale.h>
#include <stdlib.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <new>
#include <string>

#include "data/csv/powers_of_five.h"

namespace thalweg::data {

namespace {

using Wide = unsigned __int128;

constexpr int kMantissaBits = 52;
constexpr int64_t kInfinitePower = 0x7ff;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double from_bits(uint64_t mantissa, int64_t power) {
  const uint64_t bits = mantissa | static_cast<uint64_t>(power) << kMantissaBits;
  double value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

// Returns the upper 128 bits of w · 5^q, exactly enough of them to round by.
Wide product_with_power(uint64_t w, int64_t q) {
  const PowerOfFive& power = powers_of_five()[static_cast<size_t>(q - kLeastPower)];
  Wide product = static_cast<Wide>(w) * power.high;
  // 55 bits decide the result. Where the bits below are all ones, the next ones may carry.
  constexpr uint64_t kBelow = ~uint64_t{0} >> (kMantissaBits + 3);
  if ((static_cast<uint64_t>(product >> 64) & kBelow) == kBelow)
    product += static_cast<Wide>(w) * power.low >> 64;
  return product;
}

// Drops the last bit, rounding ones up.
uint64_t halve(uint64_t mantissa) { return (mantissa + (mantissa & 1)) >> 1; }

double subnormal(uint64_t mantissa, int64_t power) {
  if (-power + 1 >= 64) return 0;
  const uint64_t rounded = halve(mantissa >> (-power + 1));
  // Rounding up may give the least normal number, whose bits follow those of the subnormal ones.
  return from_bits(rounded, 0);
}

// Eisel and Lemire's algorithm; Mushtak and Lemire (2022) prove that it needs no other way out.
double round_exact(uint64_t w, int64_t q) {
  if (w == 0 || q < kLeastPower) return 0;
  if (q > kLargestPower) return kInfinity;
  const int zeros = __builtin_clzll(w);
  const Wide product = product_with_power(w << zeros, q);
  const auto high = static_cast<uint64_t>(product >> 64);
  const auto low = static_cast<uint64_t>(product);
  const int upper = static_cast<int>(high >> 63);
  const int shift = upper + 64 - kMantissaBits - 3;
  uint64_t mantissa = high >> shift;
  // The floor of q · log2(10), and the bias of exponents.
  int64_t power = ((217706 * q) >> 16) + 63 + upper - zeros + 1023;
  if (power <= 0) return subnormal(mantissa, power);
  // Exactly between two doubles: only small powers of ten can be, because 5^q must fit.
  const bool may_tie = low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1;
  if (may_tie && mantissa << shift == high) mantissa &= ~uint64_t{1};
  mantissa = halve(mantissa);
  if (mantissa >= uint64_t{2} << kMantissaBits) {
    mantissa = uint64_t{1} << kMantissaBits;
    ++power;
  }
  if (power >= kInfinitePower) return kInfinity;
  return from_bits(mantissa & ~(uint64_t{1} << kMantissaBits), power);
}

// The C locale, in which a point is a point whatever the process has set.
locale_t c_locale() {
  static const locale_t locale = newlocale(LC_ALL_MASK, "C", nullptr);
  if (locale == nullptr) throw std::bad_alloc();
  return locale;
}

double round_slowly(const DecimalDigits& digits) {
  std::string text(digits.begin, digits.end);
  std::replace(text.begin(), text.end(), digits.point, '.');
  return strtod_l(text.c_str(), nullptr, c_locale());
}

}  // namespace

double round_digits(const DecimalDigits& digits) {
  const uint64_t w = digits.value;
  const int64_t q = digits.exponent;
  const double value = round_exact(w, q);
  if (!digits.is_truncated || value == round_exact(w + 1, q)) return value;
  return round_slowly(digits);
}

}  // namespace thalweg::data
