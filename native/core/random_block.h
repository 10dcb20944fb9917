// Random words in blocks of 64, laid out so that vector lanes hold neighbouring
// counters: word w of counter i of the block stands at 16 w + i.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace thalweg {

inline constexpr int kBlockCounters = 16;
inline constexpr int kBlockWords = 4 * kBlockCounters;

inline namespace THALWEG_LANES {

// The 64 words of block number `block`.
THALWEG_INLINE void random_block(const RandomStream& stream, uint64_t block, uint32_t* words) {
  const uint64_t first = block * kBlockCounters;
  const auto low = static_cast<uint32_t>(first);
  const auto high = static_cast<uint32_t>(first >> 32);
  for (uint32_t i = 0; i < kBlockCounters; ++i) {
    const PhiloxWords drawn =
        philox4x32({{low + i, high, stream.upper[0], stream.upper[1]}}, stream.key);
    words[i] = drawn.word[0];
    words[kBlockCounters + i] = drawn.word[1];
    words[2 * kBlockCounters + i] = drawn.word[2];
    words[3 * kBlockCounters + i] = drawn.word[3];
  }
}

// One of them: word number `index` of the stream in this layout.
THALWEG_INLINE uint32_t random_block_word(const RandomStream& stream, uint64_t index) {
  const uint64_t block = index / kBlockWords, place = index % kBlockWords;
  const PhiloxWords drawn = random_words(stream, block * kBlockCounters + place % kBlockCounters);
  return drawn.word[place / kBlockCounters];
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
