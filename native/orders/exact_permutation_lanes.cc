// Vector lanes of the exact shuffle: labels, the scatter into buckets, and Fisher-Yates within a
// bucket. Vectors compute the random words, and the moves are scalar.
#include "core/random_block_lanes.h"
#include "orders/exact_permutation.h"
#include "orders/lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

void draw_labels(const LabelRange& range, uint64_t block, uint32_t* labels) {
  alignas(64) uint32_t words[kBlockWords];
  random_block(range.stream, block, words);
  for (int i = 0; i < kBlockWords; ++i) {
    labels[i] = words[i] & range.mask;
    labels[kBlockWords + i] = words[i] >> 16 & range.mask;
  }
}

template <class T>
void scatter(const LabelRange& range, uint64_t* cursors, T* out) {
  alignas(64) uint32_t labels[kBlockLabels];
  for (uint64_t first = range.first; first < range.last; first += kBlockLabels) {
    draw_labels(range, first / kBlockLabels, labels);
    const uint64_t left = range.last - first;
    const int count = left < kBlockLabels ? static_cast<int>(left) : kBlockLabels;
    for (int i = 0; i < count; ++i) out[cursors[labels[i]]++] = static_cast<T>(first + i);
  }
}

// The swap partners of kBlockWords elements of a bucket. The element at place + i changes places
// with partner[i], uniform in [0, place + i]. Products with a small lower half may be biased, and
// an exact draw replaces them.
struct Partners {
  alignas(64) uint32_t words[kBlockWords];
  alignas(64) uint32_t partner[kBlockWords];
};

void decide_exactly(const SwapRange& range, uint64_t block, uint32_t place, Partners& partners) {
  for (uint32_t i = 0; i < kBlockWords; ++i) {
    const uint32_t bound = place + i + 1;
    if (bound == 0 || partners.words[i] * bound >= (0 - bound) % bound) continue;
    const uint64_t element = block * kBlockWords + i;
    partners.partner[i] =
        static_cast<uint32_t>(random_below(range.stream, uint64_t{1} << 55 | element, bound));
  }
}

// `place` belongs to the block's first word. It wraps around if this word lies before the bucket,
// and the partners of such words are not used.
void draw_partners(const SwapRange& range, uint64_t block, uint32_t place, Partners& partners) {
  random_block(range.stream, block, partners.words);
  uint32_t doubtful = 0;
  for (uint32_t i = 0; i < kBlockWords; ++i) {
    const uint32_t bound = place + i + 1;
    const uint64_t product = uint64_t{partners.words[i]} * bound;
    partners.partner[i] = static_cast<uint32_t>(product >> 32);
    doubtful |= static_cast<uint32_t>(product) < bound ? 1 : 0;
  }
  if (doubtful != 0) decide_exactly(range, block, place, partners);
}

template <class T>
void swap_all(const SwapRange& range, T* values) {
  Partners partners;
  const uint64_t end = range.base + static_cast<uint64_t>(range.last);
  for (uint64_t element = range.base + static_cast<uint64_t>(range.first); element < end;) {
    const uint64_t block = element / kBlockWords;
    const uint64_t block_end = (block + 1) * kBlockWords < end ? (block + 1) * kBlockWords : end;
    draw_partners(range, block, static_cast<uint32_t>(block * kBlockWords - range.base), partners);
    for (; element < block_end; ++element) {
      T* place = values + (element - range.base);
      T* other = values + partners.partner[element % kBlockWords];
      const T kept = *place;
      *place = *other;
      *other = kept;
    }
  }
}

}  // namespace

void lane_count_labels(const LabelRange& range, uint32_t* counts) {
  alignas(64) uint32_t labels[kBlockLabels];
  for (uint64_t first = range.first; first < range.last; first += kBlockLabels) {
    draw_labels(range, first / kBlockLabels, labels);
    const uint64_t left = range.last - first;
    const int count = left < kBlockLabels ? static_cast<int>(left) : kBlockLabels;
    for (int i = 0; i < count; ++i) ++counts[labels[i]];
  }
}

void lane_scatter32(const LabelRange& range, uint64_t* cursors, uint32_t* out) {
  scatter(range, cursors, out);
}
void lane_scatter64(const LabelRange& range, uint64_t* cursors, uint64_t* out) {
  scatter(range, cursors, out);
}
void lane_swap32(const SwapRange& range, uint32_t* values) { swap_all(range, values); }
void lane_swap64(const SwapRange& range, uint64_t* values) { swap_all(range, values); }

}  // namespace thalweg::THALWEG_LANES
