#include "data/csv/powers_of_five.h"

#include <cstddef>

namespace thalweg::data {

namespace {

// A whole number of 2,304 bits, with the lowest digit first: enough for 5^308, and for 2^2303 /
// 5^342 with far more than 128 bits.
constexpr size_t kDigits = 72;
struct Whole {
  std::array<uint32_t, kDigits> digits{};

  void multiply(uint32_t factor) {
    uint64_t carry = 0;
    for (uint32_t& digit : digits) {
      carry += uint64_t{digit} * factor;
      digit = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
  }
  // Rounds down. Divisions one after another round as one division by the product does.
  void divide(uint32_t divisor) {
    uint64_t rest = 0;
    for (size_t i = kDigits; i-- > 0;) {
      const uint64_t part = rest << 32 | digits[i];
      digits[i] = static_cast<uint32_t>(part / divisor);
      rest = part % divisor;
    }
  }
  uint64_t digit(int64_t i) const { return i < 0 ? 0 : digits[static_cast<size_t>(i)]; }
};

// Returns the highest 128 bits that begin with a one.
PowerOfFive leading_bits(const Whole& value) {
  auto top = static_cast<int64_t>(kDigits) - 1;
  while (value.digit(top) == 0) --top;
  const int shift = __builtin_clz(static_cast<uint32_t>(value.digit(top)));
  const auto word = [&](int64_t i) {  // 32 bits, shifted up
    const uint64_t both = value.digit(i) << 32 | value.digit(i - 1);
    return both << shift >> 32 & 0xffffffff;
  };
  return {word(top) << 32 | word(top - 1), word(top - 2) << 32 | word(top - 3)};
}

PowersOfFive make_powers() {
  PowersOfFive powers;
  Whole value;
  value.digits[0] = 1;
  for (int q = 0; q <= kLargestPower; ++q) {
    powers[static_cast<size_t>(q - kLeastPower)] = leading_bits(value);
    value.multiply(5);
  }
  value = {};
  value.digits[kDigits - 1] = 0x80000000;
  for (int q = -1; q >= kLeastPower; --q) {
    value.divide(5);
    PowerOfFive power = leading_bits(value);
    if (q >= -27 && ++power.low == 0) ++power.high;
    powers[static_cast<size_t>(q - kLeastPower)] = power;
  }
  return powers;
}

}  // namespace

const PowersOfFive& powers_of_five() {
  static const PowersOfFive powers = make_powers();
  return powers;
}

}  // namespace thalweg::data
