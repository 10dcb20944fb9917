// Transcendental functions in float32. They use + - * / alone, so every processor gives the same
// bits. The error is at most 3 units in the last place. It is 6 for gelu, in its tail, and 150 for
// the tanh form of gelu. It is 60 of the smallest units for silu and mish, where e^x is subnormal.
// script/fixtures/fit_functions.py fits the polynomials. That of tanh comes from Cephes.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace thalweg {

inline namespace THALWEG_LANES {

// Evaluates a polynomial by Horner's method. Its coefficients begin with the lowest power.
template <int kCount>
THALWEG_INLINE float polynomial(const float (&coefficients)[kCount], float x) {
  float sum = coefficients[kCount - 1];
  THALWEG_UNROLL  // g++ vectorises no loop around a loop
      for (int i = kCount - 2; i >= 0; --i) sum = sum * x + coefficients[i];
  return sum;
}

THALWEG_INLINE uint32_t bits_of(float x) {
  uint32_t bits;
  __builtin_memcpy(&bits, &x, sizeof bits);
  return bits;
}
THALWEG_INLINE float from_bits(uint32_t bits) {
  float x;
  __builtin_memcpy(&x, &bits, sizeof x);
  return x;
}

// Clamps x to [-limit, limit]. NaN stays NaN.
THALWEG_INLINE float clamp(float x, float limit) {
  x = x < -limit ? -limit : x;
  return x > limit ? limit : x;
}

// Returns 2^n for n in [-126, 127]. n is in two's complement.
THALWEG_INLINE float power_of_two(uint32_t n) { return from_bits((n + 127u) << 23); }

// e^(x + low) = 2^n (1 + rest), for x in [-105, 89]. |low| is far below 1: `low` is the part of the
// argument that the float x cannot hold.
struct Power {
  uint32_t n;
  float rest;
};

THALWEG_INLINE Power power_within(float x, float low) {
  constexpr float kTail[] = {0.5f, 0.166665182f, 0.041666206f, 0.00836888235f, 0.00139504764f};
  constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it rounds to an integer
  const float shifted = x * 1.44269504f + kRound;
  const float whole = shifted - kRound;
  // ln 2 is split in two parts. The first has so few bits that its products are exact.
  const float r = ((x - whole * 0.693359375f) - whole * -2.12194440e-4f) + low;
  return {bits_of(shifted) - bits_of(kRound), r + r * r * polynomial(kTail, r)};
}

THALWEG_INLINE float exponential_within(float x, float low) {
  const Power power = power_within(x, low);
  const auto half = static_cast<uint32_t>(static_cast<int32_t>(power.n) >> 1);
  return (1.0f + power.rest) * power_of_two(half) * power_of_two(power.n - half);
}

// Returns e^x, which is 0 below the range of float32 and infinite above it.
THALWEG_INLINE float exponential(float x) {
  x = x < -104.0f ? -104.0f : x;
  x = x > 89.0f ? 89.0f : x;
  return exponential_within(x, 0.0f);
}

// Returns e^x - 1 for x <= 0. Below -30 this is -1 to the last bit.
THALWEG_INLINE float exponential_less_one(float x) {
  const Power power = power_within(x < -30.0f ? -30.0f : x, 0.0f);
  const float scale = power_of_two(power.n);
  return scale * power.rest + (scale - 1.0f);
}

// Returns 1 / (1 + e^-x).
THALWEG_INLINE float logistic(float x) {
  const float e = exponential(-__builtin_fabsf(x));
  return (x < 0.0f ? e : 1.0f) / (1.0f + e);
}

THALWEG_INLINE float hyperbolic_tangent(float x) {
  constexpr float kSmall[] = {-3.33332819422e-1f, 1.33314422036e-1f, -5.37397155531e-2f,
                              2.06390887954e-2f, -5.70498872745e-3f};
  const float magnitude = __builtin_fabsf(x), square = x * x;
  const float small = x + x * (square * polynomial(kSmall, square));
  const float large = 1.0f - 2.0f / (exponential(2.0f * magnitude) + 1.0f);
  return magnitude < 0.625f ? small : __builtin_copysignf(large, x);
}

// Returns ln(1 + e) for e in [0, 1].
THALWEG_INLINE float log_one_plus(float e) {
  constexpr float kTail[] = {0.666664124f, 0.400216997f, 0.279991388f, 0.280244648f};
  const float s = e / (2.0f + e), square = s * s;
  return 2.0f * s + s * (square * polynomial(kTail, square));
}

// The standard normal distribution at x: P(X <= x), and the density.
struct Normal {
  float cumulative;
  float density;
};

THALWEG_INLINE Normal normal(float x) {
  constexpr float kMills[] = {0.119686693f,  0.119571812f,   0.110235468f, 0.0783894435f,
                              0.0961574391f, -0.0794246346f, 0.191785932f, -0.228214651f,
                              0.112436064f,  -0.0206235517f};
  const float magnitude = __builtin_fabsf(x);
  const float z = magnitude > 14.4f ? 14.4f : magnitude;  // from here on the tail is 0
  // z^2 = upper^2 + (z - upper) (z + upper), where upper^2 is exact.
  const float upper = from_bits(bits_of(z) & 0xFFFFF000u);
  const float e = exponential_within(-0.5f * upper * upper, -0.5f * (z - upper) * (z + upper));
  const float t = 1.0f / (1.0f + 0.3f * z);
  const float tail = e * (t * polynomial(kMills, t));
  return {x < 0.0f ? tail : 1.0f - tail, 0.398942280f * e};
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
