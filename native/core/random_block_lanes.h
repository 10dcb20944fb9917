// Blocks of random words on vector lanes. The words of Philox lie in 64-bit lanes, and the products
// ignore what is left in the upper halves.
#pragma once

#include "core/random_block.h"
#include "core/wide_lanes.h"

namespace thalweg {
inline namespace THALWEG_LANES {

// Computes Philox4x32-10 for the kWideWords counters from `first` on, which is a multiple of
// kWideWords. Word w of counter i goes to words[w * kBlockCounters + i].
THALWEG_INLINE void philox_lanes(const RandomStream& stream, uint64_t first, uint32_t* words) {
  WideWords c0 = {}, c1 = {}, c2 = {}, c3 = {};
  for (int lane = 0; lane < kWideWords; ++lane) c0[lane] = first + static_cast<uint64_t>(lane);
  c1 += first >> 32;
  c2 += stream.upper[0];
  c3 += stream.upper[1];
  PhiloxKey key = stream.key;
  for (int round = 0; round < 10; ++round) {
    const WideWords left = multiply_lower(c0, WideWords{} + 0xD2511F53u);
    const WideWords right = multiply_lower(c2, WideWords{} + 0xCD9E8D57u);
    c0 = (right >> 32) ^ c1 ^ key.k0;
    c1 = right;
    c2 = (left >> 32) ^ c3 ^ key.k1;
    c3 = left;
    key.k0 += 0x9E3779B9u;
    key.k1 += 0xBB67AE85u;
  }
  const WideWords drawn[4] = {c0, c1, c2, c3};
  for (int w = 0; w < 4; ++w) {
    for (int lane = 0; lane < kWideWords; ++lane)
      words[w * kBlockCounters + lane] = static_cast<uint32_t>(drawn[w][lane]);
  }
}

// Writes the kBlockWords words of block number `block`.
THALWEG_INLINE void random_block(const RandomStream& stream, uint64_t block, uint32_t* words) {
  for (int i = 0; i < kBlockCounters; i += kWideWords)
    philox_lanes(stream, block * kBlockCounters + static_cast<uint64_t>(i), words + i);
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
