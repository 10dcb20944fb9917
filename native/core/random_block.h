// Random words in blocks of 64, laid out so that vector lanes hold neighbouring
// counters: word w of counter i of the block stands at 16 w + i.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace thalweg {

inline constexpr int kBlockCounters = 16;
inline constexpr int kBlockWords = 4 * kBlockCounters;

inline namespace THALWEG_LANES {

// Word number `index` of the stream in this layout; backends make whole blocks.
THALWEG_INLINE uint32_t random_block_word(const RandomStream& stream, uint64_t index) {
  const uint64_t block = index / kBlockWords, place = index % kBlockWords;
  const PhiloxWords drawn = random_words(stream, block * kBlockCounters + place % kBlockCounters);
  return drawn.word[place / kBlockCounters];
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
