// Random words in blocks of 64. Word w of counter i of a block lies at 16 w + i, so that vector
// lanes hold neighbouring counters.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace thalweg {

inline constexpr int kBlockCounters = 16;
inline constexpr int kBlockWords = 4 * kBlockCounters;

inline namespace THALWEG_LANES {

// Returns word number `index` of the stream in this layout. Backends make whole blocks instead.
THALWEG_INLINE uint32_t random_block_word(const RandomStream& stream, uint64_t index) {
  const uint64_t block = index / kBlockWords, place = index % kBlockWords;
  const PhiloxWords drawn = random_words(stream, block * kBlockCounters + place % kBlockCounters);
  return drawn.word[place / kBlockCounters];
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
