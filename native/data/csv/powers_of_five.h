// The first 128 bits of powers of five, by which a decimal number becomes a binary one (Lemire,
// "Number parsing at a gigabyte per second", 2021).
#pragma once

#include <array>
#include <cstdint>

namespace thalweg::data {

// The exponents outside which every number of at most 19 digits is 0 or infinite.
inline constexpr int kLeastPower = -342, kLargestPower = 308;

struct PowerOfFive {
  uint64_t high = 0;  // the highest bit is set
  uint64_t low = 0;
};
using PowersOfFive = std::array<PowerOfFive, kLargestPower - kLeastPower + 1>;

// Returns 5^q at the index q - kLeastPower. Positive powers are truncated. Negative ones are too,
// but above 5^-28 they are rounded up, as the proof of exactness requires.
const PowersOfFive& powers_of_five();

}  // namespace thalweg::data
