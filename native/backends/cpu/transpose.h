// Transposes a square block of floats in registers.
#pragma once

#include <cstdint>

#include "core/float_lanes.h"

namespace thalweg {
inline namespace THALWEG_LANES {

// A block of `rows` by `columns` floats, each at most kFloats. Its rows lie `step` floats apart.
struct Block {
  const float* from;
  int64_t step;
  int rows, columns;
};

THALWEG_INLINE Floats block_row(const Block& block, int row) {
  if (row >= block.rows) return Floats{};
  const float* from = block.from + row * block.step;
  return block.columns == kFloats ? load(from) : load_first(from, block.columns);
}

// Writes column i of the block to `to` + i * to_step, filled up with zeros to kFloats.
#if defined(__AVX512F__)

// Without the masks, g++ 12 warns about its own header.
inline constexpr __mmask16 kAll = 0xFFFF;
inline constexpr __mmask8 kAllPairs = 0xFF;

THALWEG_INLINE __m512 as_floats(__m512d value) { return _mm512_castpd_ps(value); }
THALWEG_INLINE __m512d as_doubles(__m512 value) { return _mm512_castps_pd(value); }

THALWEG_INLINE void transpose(const Block& block, float* to, int64_t to_step) {
  __m512 r[16], s[16];
  THALWEG_UNROLL
  for (int i = 0; i < 16; ++i) r[i] = reinterpret_cast<__m512>(block_row(block, i));
  THALWEG_UNROLL
  for (int i = 0; i < 16; i += 2) {
    s[i] = _mm512_maskz_unpacklo_ps(kAll, r[i], r[i + 1]);
    s[i + 1] = _mm512_maskz_unpackhi_ps(kAll, r[i], r[i + 1]);
  }
  THALWEG_UNROLL
  for (int i = 0; i < 16; i += 4) {
    THALWEG_UNROLL
    for (int half = 0; half < 2; ++half) {
      const __m512d low = as_doubles(s[i + half]), high = as_doubles(s[i + 2 + half]);
      r[i + 2 * half] = as_floats(_mm512_maskz_unpacklo_pd(kAllPairs, low, high));
      r[i + 2 * half + 1] = as_floats(_mm512_maskz_unpackhi_pd(kAllPairs, low, high));
    }
  }
  // Quarter l of r[4 q + e] holds column 4 l + e of rows 4 q to 4 q + 3.
  THALWEG_UNROLL
  for (int e = 0; e < 4; ++e) {
    const __m512 a = _mm512_maskz_shuffle_f32x4(kAll, r[e], r[4 + e], 0x88);
    const __m512 b = _mm512_maskz_shuffle_f32x4(kAll, r[e], r[4 + e], 0xDD);
    const __m512 c = _mm512_maskz_shuffle_f32x4(kAll, r[8 + e], r[12 + e], 0x88);
    const __m512 d = _mm512_maskz_shuffle_f32x4(kAll, r[8 + e], r[12 + e], 0xDD);
    s[e] = _mm512_maskz_shuffle_f32x4(kAll, a, c, 0x88);
    s[8 + e] = _mm512_maskz_shuffle_f32x4(kAll, a, c, 0xDD);
    s[4 + e] = _mm512_maskz_shuffle_f32x4(kAll, b, d, 0x88);
    s[12 + e] = _mm512_maskz_shuffle_f32x4(kAll, b, d, 0xDD);
  }
  THALWEG_UNROLL
  for (int i = 0; i < 16; ++i)
    if (i < block.columns) store(to + i * to_step, reinterpret_cast<Floats>(s[i]));
}

#elif defined(__AVX2__)

THALWEG_INLINE __m256 as_floats(__m256d value) { return _mm256_castpd_ps(value); }
THALWEG_INLINE __m256d as_doubles(__m256 value) { return _mm256_castps_pd(value); }

THALWEG_INLINE void transpose(const Block& block, float* to, int64_t to_step) {
  __m256 r[8], s[8];
  THALWEG_UNROLL
  for (int i = 0; i < 8; ++i) r[i] = reinterpret_cast<__m256>(block_row(block, i));
  THALWEG_UNROLL
  for (int i = 0; i < 8; i += 2) {
    s[i] = _mm256_unpacklo_ps(r[i], r[i + 1]);
    s[i + 1] = _mm256_unpackhi_ps(r[i], r[i + 1]);
  }
  THALWEG_UNROLL
  for (int i = 0; i < 8; i += 4) {
    THALWEG_UNROLL
    for (int half = 0; half < 2; ++half) {
      const __m256d low = as_doubles(s[i + half]), high = as_doubles(s[i + 2 + half]);
      r[i + 2 * half] = as_floats(_mm256_unpacklo_pd(low, high));
      r[i + 2 * half + 1] = as_floats(_mm256_unpackhi_pd(low, high));
    }
  }
  THALWEG_UNROLL
  for (int e = 0; e < 4; ++e) {
    s[e] = _mm256_permute2f128_ps(r[e], r[4 + e], 0x20);
    s[4 + e] = _mm256_permute2f128_ps(r[e], r[4 + e], 0x31);
  }
  THALWEG_UNROLL
  for (int i = 0; i < 8; ++i)
    if (i < block.columns) store(to + i * to_step, reinterpret_cast<Floats>(s[i]));
}

#else

inline void transpose(const Block& block, float* to, int64_t to_step) {
  for (int i = 0; i < block.columns; ++i)
    for (int row = 0; row < kFloats; ++row)
      to[i * to_step + row] = row < block.rows ? block.from[row * block.step + i] : 0.0f;
}

#endif

}  // namespace THALWEG_LANES
}  // namespace thalweg
