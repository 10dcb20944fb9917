// Vector lanes of weighted sampling: keys of draws without replacement, and draws from an alias
// table. Vectors compute the random words.

#include "core/logarithm.h"
#include "core/random_block_lanes.h"
#include "orders/lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

// Returns (k + 1/2) 2^-52 in (0, 1) without rounding, where k has 52 random bits.
THALWEG_INLINE double uniform_double(uint32_t high, uint32_t low) {
  const auto upper = static_cast<double>(static_cast<int32_t>(high >> 6));
  const auto lower = static_cast<double>(static_cast<int32_t>(low >> 6));
  return (upper * 0x1p26 + lower + 0.5) * 0x1p-52;
}

void block_keys(const RandomStream& stream, uint64_t block, const double* weights, double* keys) {
  alignas(64) uint32_t words[kBlockWords];
  random_block(stream, block, words);
  for (int i = 0; i < kKeyRows; ++i)
    keys[i] = -logarithm_of_normal(uniform_double(words[i], words[kKeyRows + i])) / weights[i];
}

template <class T>
void draw_block(const DrawRange& range, uint64_t first, int count, T* out) {
  alignas(64) uint32_t words[kBlockWords];
  random_block(range.stream, first / kBlockCounters, words);
  const auto offset = static_cast<int>(first % kBlockCounters);
  for (int i = 0; i < count; ++i) {
    const uint32_t* word = words + offset + i;
    const PhiloxWords drawn = {
        {word[0], word[kBlockCounters], word[2 * kBlockCounters], word[3 * kBlockCounters]}};
    out[i] = draw_row(range.columns, range.length, drawn, range.stream, first + i);
  }
}

template <class T>
void draw(const DrawRange& range, T* out) {
  if (range.stride != 1) {
    for (int64_t i = 0; i < range.count; ++i) {
      const uint64_t position = range.first + i * range.stride;
      out[i] = draw_row(range.columns, range.length, random_words(range.stream, position),
                        range.stream, position);
    }
    return;
  }
  for (int64_t done = 0; done < range.count;) {
    const uint64_t first = range.first + done;
    const int64_t room = kBlockCounters - static_cast<int64_t>(first % kBlockCounters);
    const int64_t left = range.count - done;
    const int count = static_cast<int>(left < room ? left : room);
    draw_block(range, first, count, out + done);
    done += count;
  }
}

}  // namespace

void lane_keys(const KeyRange& range, double* keys) {
  for (uint64_t first = range.first; first < range.last; first += kKeyRows) {
    const uint64_t left = range.last - first;
    double* out = keys + (first - range.first);
    if (left >= kKeyRows) {
      block_keys(range.stream, first / kKeyRows, range.weights + first, out);
      continue;
    }
    double weights[kKeyRows] = {}, last[kKeyRows];
    for (uint64_t i = 0; i < left; ++i) weights[i] = range.weights[first + i];
    block_keys(range.stream, first / kKeyRows, weights, last);
    for (uint64_t i = 0; i < left; ++i) out[i] = last[i];
  }
}

void lane_draws32(const DrawRange& range, uint32_t* out) { draw(range, out); }
void lane_draws64(const DrawRange& range, uint64_t* out) { draw(range, out); }

}  // namespace thalweg::THALWEG_LANES
