// Vectors of floats on the lanes of one instruction set, and the fused multiply-add.
#pragma once

#include <cstdint>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "core/macros.h"
#include "core/vector_bytes.h"

namespace thalweg {
inline namespace THALWEG_LANES {

inline constexpr int kFloats = kVectorBytes / 4;

// True where one instruction multiplies and adds with one rounding.
#if defined(__AVX512F__) || defined(__FMA__) || defined(__aarch64__)
inline constexpr bool kHasMultiplyAdd = true;
#else
inline constexpr bool kHasMultiplyAdd = false;
#endif

using Floats [[gnu::vector_size(kVectorBytes)]] = float;

THALWEG_INLINE Floats load(const float* from) {
  Floats value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}
THALWEG_INLINE void store(float* to, Floats value) { __builtin_memcpy(to, &value, sizeof value); }

// Subtracts zeros, which keeps -0.
THALWEG_INLINE Floats broadcast(float value) { return value - Floats{}; }

#if defined(__AVX512F__)

THALWEG_INLINE __mmask16 first_lanes(int count) {
  return static_cast<__mmask16>((1u << count) - 1);
}
// Loads the first `count` floats, in [1, kFloats]. The other lanes are 0.
THALWEG_INLINE Floats load_first(const float* from, int count) {
  return reinterpret_cast<Floats>(_mm512_maskz_loadu_ps(first_lanes(count), from));
}
THALWEG_INLINE void store_first(float* to, Floats value, int count) {
  _mm512_mask_storeu_ps(to, first_lanes(count), reinterpret_cast<__m512>(value));
}

#elif defined(__AVX2__)

THALWEG_INLINE __m256i first_lanes(int count) {
  return _mm256_cmpgt_epi32(_mm256_set1_epi32(count), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}
THALWEG_INLINE Floats load_first(const float* from, int count) {
  return reinterpret_cast<Floats>(_mm256_maskload_ps(from, first_lanes(count)));
}
THALWEG_INLINE void store_first(float* to, Floats value, int count) {
  _mm256_maskstore_ps(to, first_lanes(count), reinterpret_cast<__m256>(value));
}

#else

THALWEG_INLINE Floats load_first(const float* from, int count) {
  Floats value = {};
  for (int i = 0; i < count; ++i) value[i] = from[i];
  return value;
}
THALWEG_INLINE void store_first(float* to, Floats value, int count) {
  for (int i = 0; i < count; ++i) to[i] = value[i];
}

#endif

// Returns a b + c, rounded once.
#if defined(__AVX512F__)
THALWEG_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
  return reinterpret_cast<Floats>(_mm512_fmadd_ps(
      reinterpret_cast<__m512>(a), reinterpret_cast<__m512>(b), reinterpret_cast<__m512>(c)));
}
#elif defined(__FMA__)
THALWEG_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
  return reinterpret_cast<Floats>(_mm256_fmadd_ps(
      reinterpret_cast<__m256>(a), reinterpret_cast<__m256>(b), reinterpret_cast<__m256>(c)));
}
#elif defined(__aarch64__)
THALWEG_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
  return reinterpret_cast<Floats>(vfmaq_f32(reinterpret_cast<float32x4_t>(c),
                                            reinterpret_cast<float32x4_t>(a),
                                            reinterpret_cast<float32x4_t>(b)));
}
#else
// This processor has no instruction for it. A product of floats is exact in double. The sum is
// rounded to odd there: an inexact sum gets an odd last bit. Then it rounds to float as the exact
// sum does, because double has more than two bits more (Boldo and Melquiond 2008).
THALWEG_INLINE Floats multiply_add(Floats a, Floats b, Floats c) {
  using Wide [[gnu::vector_size(2 * kVectorBytes)]] = double;
  using Bits [[gnu::vector_size(2 * kVectorBytes)]] = int64_t;
  const Wide product = __builtin_convertvector(a, Wide) * __builtin_convertvector(b, Wide);
  const Wide wide = __builtin_convertvector(c, Wide), sum = product + wide;
  const Wide rest = sum - product, error = (product - (sum - rest)) + (wide - rest);
  // Comparisons give -1 where they hold. NaN, the error of an infinite sum, is neither.
  const Bits up = error > 0.0;
  const Bits down = error < 0.0;
  const Bits is_positive = sum > 0.0;
  const Bits bits = reinterpret_cast<Bits>(sum), is_even = (bits & 1) - 1;
  const Bits away = (up & is_positive) | (down & ~is_positive);  // from 0
  const Bits odd = bits + ((up | down) & is_even & (-1 - 2 * away));
  return __builtin_convertvector(reinterpret_cast<Wide>(odd), Floats);
}
#endif

}  // namespace THALWEG_LANES
}  // namespace thalweg
