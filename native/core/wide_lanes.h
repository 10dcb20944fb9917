// Products of 32 by 32 bits on vector lanes. For plain loops g++ emits products of 64 by 64 bits
// and shuffles, about twice as many instructions.
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

inline constexpr int kWords = kVectorBytes / 4;
inline constexpr int kWideWords = kVectorBytes / 8;

using Words [[gnu::vector_size(kVectorBytes)]] = uint32_t;
using WideWords [[gnu::vector_size(kVectorBytes)]] = uint64_t;

// Returns the products of the lower halves. The upper halves may hold anything.
THALWEG_INLINE WideWords multiply_lower(WideWords a, WideWords b) {
#if defined(__AVX512F__)
  // Without the mask, g++ 12 warns about its own header.
  return reinterpret_cast<WideWords>(
      _mm512_maskz_mul_epu32(0xFF, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<WideWords>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<WideWords>(
      _mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#elif defined(__aarch64__)
  return reinterpret_cast<WideWords>(vmull_u32(vmovn_u64(reinterpret_cast<uint64x2_t>(a)),
                                               vmovn_u64(reinterpret_cast<uint64x2_t>(b))));
#else
  return (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu);
#endif
}

// Returns the upper halves of the products.
THALWEG_INLINE Words multiply_high(Words a, uint32_t b) {
  const WideWords wide = reinterpret_cast<WideWords>(a), factor = WideWords{} + b;
  const WideWords even = multiply_lower(wide, factor) >> 32;
  const WideWords odd = multiply_lower(wide >> 32, factor) & ~uint64_t{0xFFFFFFFF};
  return reinterpret_cast<Words>(even | odd);
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
