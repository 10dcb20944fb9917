#include "data/csv/decimal.h"

#include <cstring>
#include <limits>
#include <string_view>

#include "data/csv/round_decimal.h"

namespace thalweg::data {

namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') < 10; }

// Exponents beyond this make every number 0 or infinite, however many digits it has: a text is
// shorter than 2^32.
constexpr int64_t kLargestExponent = int64_t{1} << 40;

#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
constexpr uint64_t kPowersOfTen[] = {1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};

// Returns how many of eight characters are digits before the first other one. A character above
// 0xf9 carries into the next, which comes after it.
int count_digits(uint64_t word) {
  constexpr uint64_t kUpper = 0xf0f0f0f0f0f0f0f0, kZeros = 0x3030303030303030;
  const uint64_t others =
      ((word & kUpper) ^ kZeros) | (((word + 0x0606060606060606) & kUpper) ^ kZeros);
  return others == 0 ? 8 : __builtin_ctzll(others) / 8;
}
// Returns the value of the first `count` of eight digits, at least one (Langdale and Lemire's way).
uint64_t first_digits(uint64_t word, int count) {
  word = (word - 0x3030303030303030) << (64 - 8 * count);
  word = word * 10 + (word >> 8);
  constexpr uint64_t kMask = 0x000000ff000000ff;
  return ((word & kMask) * 0x000f424000000064 + (word >> 16 & kMask) * 0x0000271000000001) >> 32 &
         0xffffffff;
}
#endif

// Takes digits into a number modulo 2^64, and returns the place behind them. It is inlined, because
// a third of all time is spent in it.
[[gnu::always_inline]] inline const char* take_digits(const char* at, const char* end,
                                                      uint64_t* value) {
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
  while (end - at >= 8) {
    uint64_t word;
    std::memcpy(&word, at, 8);
    const int count = count_digits(word);
    if (count == 0) return at;
    *value = *value * kPowersOfTen[count] + first_digits(word, count);
    at += count;
    if (count < 8) return at;
  }
#endif
  for (; at < end && is_digit(*at); ++at) *value = *value * 10 + static_cast<uint64_t>(*at - '0');
  return at;
}

// Reads the exponent behind e. Returns null where no digit follows.
const char* take_exponent(const char* at, const char* end, int64_t* exponent) {
  const bool is_negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) ++at;
  if (at == end || !is_digit(*at)) return nullptr;
  int64_t value = 0;
  for (; at < end && is_digit(*at); ++at)
    if (value < kLargestExponent) value = value * 10 + (*at - '0');
  *exponent = is_negative ? -value : value;
  return at;
}

const char* take_infinity(const char* at, const char* end) {
  for (const std::string_view word : {std::string_view("Infinity"), std::string_view("inf")})
    if (static_cast<size_t>(end - at) >= word.size() &&
        std::memcmp(at, word.data(), word.size()) == 0)
      return at + word.size();
  return nullptr;
}

// The parts of a number's digits.
struct Parts {
  const char* begin;
  const char* point;  // behind the digits before the point
  const char* end;    // behind the digits after it
};

// Takes the first 19 significant digits, where there are more.
void take_few(const Parts& parts, DecimalDigits* digits) {
  constexpr int kMost = 19;
  int taken = 0;
  int64_t dropped = 0;
  digits->value = 0;
  digits->exponent = 0;
  for (const char* at = parts.begin; at < parts.end; ++at) {
    if (!is_digit(*at)) continue;  // the point
    const bool is_behind = at > parts.point;
    if (taken < kMost) {
      digits->value = digits->value * 10 + static_cast<uint64_t>(*at - '0');
      taken += taken > 0 || *at != '0' ? 1 : 0;
      if (is_behind) --digits->exponent;
    } else {
      digits->is_truncated = digits->is_truncated || *at != '0';
      if (!is_behind) ++dropped;
    }
  }
  digits->exponent += dropped;
}

}  // namespace

const char* read_decimal(const char* begin, const char* end, char point, Decimal* decimal) {
  const char* at = begin;
  const bool is_negative = at < end && *at == '-';
  if (at < end && (*at == '-' || *at == '+')) ++at;
  DecimalDigits digits;
  digits.point = point;
  Parts parts{at, nullptr, nullptr};
  parts.point = at = take_digits(at, end, &digits.value);
  decimal->is_integer = true;
  decimal->has_leading_zero = parts.point - parts.begin > 1 && *parts.begin == '0';
  int64_t count = parts.point - parts.begin;
  if (at < end && *at == point) {
    decimal->is_integer = false;
    at = take_digits(at + 1, end, &digits.value);
    digits.exponent = parts.point + 1 - at;
    count -= digits.exponent;
  }
  parts.end = at;
  if (count == 0) {
    at = take_infinity(parts.begin, end);
    const double infinity = std::numeric_limits<double>::infinity();
    decimal->value = is_negative ? -infinity : infinity;
    decimal->is_integer = false;
    return at;
  }
  if (count > 19) take_few(parts, &digits);
  if (at < end && (*at == 'e' || *at == 'E')) {
    int64_t exponent = 0;
    decimal->is_integer = false;
    at = take_exponent(at + 1, end, &exponent);
    if (at == nullptr) return nullptr;
    digits.exponent += exponent;
  }
  digits.begin = parts.begin;
  digits.end = at;
  const double value = round_decimal(digits);
  decimal->value = is_negative ? -value : value;
  return at;
}

}  // namespace thalweg::data
