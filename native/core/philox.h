// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): a bijection
// of 128-bit counters that a key selects. It has no state.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace thalweg {

struct PhiloxKey {
  uint32_t k0;
  uint32_t k1;
};
// Four words: a counter as the input, random bits as the output.
struct PhiloxWords {
  uint32_t word[4];
};

inline namespace THALWEG_LANES {

THALWEG_INLINE PhiloxWords philox4x32(PhiloxWords counter, PhiloxKey key) {
  uint32_t c0 = counter.word[0], c1 = counter.word[1];
  uint32_t c2 = counter.word[2], c3 = counter.word[3];
  for (int round = 0; round < 10; ++round) {
    const uint64_t left = uint64_t{0xD2511F53u} * c0;
    const uint64_t right = uint64_t{0xCD9E8D57u} * c2;
    c0 = static_cast<uint32_t>(right >> 32) ^ c1 ^ key.k0;
    c1 = static_cast<uint32_t>(right);
    c2 = static_cast<uint32_t>(left >> 32) ^ c3 ^ key.k1;
    c3 = static_cast<uint32_t>(left);
    key.k0 += 0x9E3779B9u;
    key.k1 += 0xBB67AE85u;
  }
  return {{c0, c1, c2, c3}};
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
