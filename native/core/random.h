// Counter-based random numbers. A stream is named by (seed, purpose, epoch, window), and an index
// addresses each of its values. So any value can be recomputed alone, in any order, on any
// processor.
#pragma once

#include <cstdint>

#include "core/macros.h"
#include "core/philox.h"

namespace thalweg {

// The use of the numbers. These values decide the bits of all results, so new ones are appended and
// old ones keep their numbers.
enum class Purpose : uint32_t {
  kShuffle = 1,
  kDropout = 2,
  kInitialisation = 3,
  kRounding = 4,
  kSampling = 5,
  kTest = 6,
  kView = 7,
  kSearch = 8,
};

struct StreamName {
  uint64_t seed = 0;
  Purpose purpose = Purpose::kTest;
  uint64_t epoch = 0;   // or the step, for numbers that each step draws
  uint64_t window = 0;  // tensor, bucket or block within the epoch
};

// A 64-bit key and the upper half of every counter: 128 hashed bits.
struct RandomStream {
  PhiloxKey key;
  uint32_t upper[2];
};

inline namespace THALWEG_LANES {

// Hashes the name through Philox twice, so that no two names share a stream by
// arithmetic (seed + 1 at epoch e is unrelated to seed at epoch e + 1).
THALWEG_INLINE RandomStream random_stream(StreamName name) {
  const PhiloxWords first =
      philox4x32({{static_cast<uint32_t>(name.seed), static_cast<uint32_t>(name.seed >> 32),
                   static_cast<uint32_t>(name.purpose), 1}},
                 {0x54484157u, 0x4C454731u});  // version 1 of this derivation
  const PhiloxWords second =
      philox4x32({{static_cast<uint32_t>(name.epoch), static_cast<uint32_t>(name.epoch >> 32),
                   static_cast<uint32_t>(name.window), static_cast<uint32_t>(name.window >> 32)}},
                 {first.word[0], first.word[1]});
  return {{second.word[0] ^ first.word[2], second.word[1] ^ first.word[3]},
          {second.word[2], second.word[3]}};
}

// Returns the four random words at counter `index` of a stream.
THALWEG_INLINE PhiloxWords random_words(const RandomStream& stream, uint64_t index) {
  return philox4x32({{static_cast<uint32_t>(index), static_cast<uint32_t>(index >> 32),
                      stream.upper[0], stream.upper[1]}},
                    stream.key);
}

// Maps a word to a float in [0, 1), a multiple of 2^-24, without rounding.
THALWEG_INLINE float uniform_float(uint32_t word) {
  return static_cast<float>(static_cast<int32_t>(word >> 8)) * 0x1p-24f;
}

// Returns an exactly uniform integer in [0, bound), by Lemire's multiplication with rejection.
// bound is at least 1, and index is below 2^56: its upper byte counts the attempts.
inline uint64_t random_below(const RandomStream& stream, uint64_t index, uint64_t bound) {
  const uint64_t threshold = (0 - bound) % bound;  // 2^64 mod bound
  for (uint64_t attempt = 0;; ++attempt) {
    const PhiloxWords words = random_words(stream, index | attempt << 56);
    const uint64_t bits = uint64_t{words.word[1]} << 32 | words.word[0];
    const unsigned __int128 product = static_cast<unsigned __int128>(bits) * bound;
    if (static_cast<uint64_t>(product) >= threshold) return static_cast<uint64_t>(product >> 64);
  }
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
