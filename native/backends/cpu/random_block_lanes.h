// Blocks of random words on vector lanes. Words lie in 64-bit lanes whose upper
// halves hold leftovers: the instruction that multiplies 32 by 32 bits ignores
// them. Of plain loops over 32-bit words compilers make about twice as many
// instructions, most of which move halves about.
#pragma once

#include <cstdint>
#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

#include "core/random_block.h"

namespace thalweg {
inline namespace THALWEG_LANES {

#if defined(__AVX512F__)
inline constexpr int kWideLanes = 8;
#elif defined(__AVX2__)
inline constexpr int kWideLanes = 4;
#else
inline constexpr int kWideLanes = 2;
#endif
using WideLanes [[gnu::vector_size(8 * kWideLanes)]] = uint64_t;
using WordLanes [[gnu::vector_size(4 * kWideLanes)]] = uint32_t;

// Products of the lower halves.
THALWEG_INLINE WideLanes multiply_halves(WideLanes a, WideLanes b) {
#if defined(__AVX512F__)
  // Unmasked, g++ 12 warns of its own header.
  return reinterpret_cast<WideLanes>(
      _mm512_maskz_mul_epu32(0xFF, reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
#elif defined(__AVX2__)
  return reinterpret_cast<WideLanes>(
      _mm256_mul_epu32(reinterpret_cast<__m256i>(a), reinterpret_cast<__m256i>(b)));
#elif defined(__SSE2__)
  return reinterpret_cast<WideLanes>(
      _mm_mul_epu32(reinterpret_cast<__m128i>(a), reinterpret_cast<__m128i>(b)));
#elif defined(__aarch64__)
  return reinterpret_cast<WideLanes>(vmull_u32(vmovn_u64(reinterpret_cast<uint64x2_t>(a)),
                                               vmovn_u64(reinterpret_cast<uint64x2_t>(b))));
#else
  return (a & 0xFFFFFFFFu) * (b & 0xFFFFFFFFu);
#endif
}

// Philox4x32-10 of kWideLanes counters from `first` on, a multiple of kWideLanes;
// word w of counter i goes to words[w * kBlockCounters + i].
THALWEG_INLINE void philox_lanes(const RandomStream& stream, uint64_t first, uint32_t* words) {
  WideLanes c0 = {}, c1 = {}, c2 = {}, c3 = {};
  for (int lane = 0; lane < kWideLanes; ++lane) c0[lane] = first + static_cast<uint64_t>(lane);
  c1 += first >> 32;
  c2 += stream.upper[0];
  c3 += stream.upper[1];
  PhiloxKey key = stream.key;
  for (int round = 0; round < 10; ++round) {
    const WideLanes left = multiply_halves(c0, WideLanes{} + 0xD2511F53u);
    const WideLanes right = multiply_halves(c2, WideLanes{} + 0xCD9E8D57u);
    c0 = (right >> 32) ^ c1 ^ key.k0;
    c1 = right;
    c2 = (left >> 32) ^ c3 ^ key.k1;
    c3 = left;
    key.k0 += 0x9E3779B9u;
    key.k1 += 0xBB67AE85u;
  }
  const WideLanes drawn[4] = {c0, c1, c2, c3};
  for (int w = 0; w < 4; ++w) {
    const WordLanes word = __builtin_convertvector(drawn[w], WordLanes);
    __builtin_memcpy(words + w * kBlockCounters, &word, sizeof word);
  }
}

// The kBlockWords words of block number `block`.
THALWEG_INLINE void random_block(const RandomStream& stream, uint64_t block, uint32_t* words) {
  for (int i = 0; i < kBlockCounters; i += kWideLanes)
    philox_lanes(stream, block * kBlockCounters + static_cast<uint64_t>(i), words + i);
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
