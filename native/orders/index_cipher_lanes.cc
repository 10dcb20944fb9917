// Vector lanes of the index cipher. Only the first position of a block is split into halves by a
// division. The others count up from there.
#include "core/wide_lanes.h"
#include "orders/lanes.h"

template <>
struct thalweg::MultiplyHigh<thalweg::Words> {
  static THALWEG_INLINE Words of(Words x, uint32_t y) { return multiply_high(x, y); }
};

namespace thalweg::THALWEG_LANES {

namespace {

constexpr int kBlock = 256;

struct Block {
  alignas(64) uint32_t left[kBlock];
  alignas(64) uint32_t right[kBlock];
};

// Writes the halves of kBlock consecutive positions. There are at least kBlock columns, so `right`
// changes at most once.
void count_up(const IndexCipher& cipher, uint64_t first, Block& block) {
  const uint32_t columns = cipher.columns;
  const auto left = static_cast<uint32_t>(first % columns);
  const auto right = static_cast<uint32_t>(first / columns);
  for (uint32_t i = 0; i < kBlock; ++i) {
    const uint32_t next = left + i;
    const uint32_t beyond = next >= columns ? 1 : 0;
    block.left[i] = next - (beyond ? columns : 0);
    block.right[i] = right + beyond;
  }
}

// Writes the halves of kBlock positions that are `stride` apart.
void count_strides(const IndexCipher& cipher, uint64_t first, uint64_t stride, Block& block) {
  const uint32_t columns = cipher.columns;
  auto left = static_cast<uint32_t>(first % columns);
  auto right = static_cast<uint32_t>(first / columns);
  const auto left_step = static_cast<uint32_t>(stride % columns);
  const auto right_step = static_cast<uint32_t>(stride / columns);
  for (uint32_t i = 0; i < kBlock; ++i) {
    block.left[i] = left;
    block.right[i] = right;
    left += left_step;
    const uint32_t beyond = left >= columns ? 1 : 0;
    left -= beyond ? columns : 0;
    right += right_step + beyond;
  }
}

Words load(const uint32_t* from) {
  Words words;
  __builtin_memcpy(&words, from, sizeof words);
  return words;
}

// Runs all rounds on the halves, in place.
void encipher_block(const IndexCipher& shared, Block& block) {
  const IndexCipher cipher = shared;  // a copy that `block` cannot alias
  for (int i = 0; i < kBlock; i += kWords) {
    CipherHalves<Words> halves = {load(block.left + i), load(block.right + i)};
    halves = cipher_round_pair(cipher, 0, halves);
    halves = cipher_round_pair(cipher, 1, halves);
    halves = cipher_round_pair(cipher, 2, halves);
    halves = cipher_round_pair(cipher, 3, halves);
    __builtin_memcpy(block.left + i, &halves.left, sizeof halves.left);
    __builtin_memcpy(block.right + i, &halves.right, sizeof halves.right);
  }
}

template <class T>
void join_halves(const Block& block, T columns, T* __restrict out) {
  for (int i = 0; i < kBlock; ++i) out[i] = block.right[i] * columns + block.left[i];
}

// Enciphers results outside [0, length) again. They are rare, because columns * rows is close to
// length.
template <class T>
void walk_block(const IndexCipher& cipher, int count, T* out) {
  const T length = static_cast<T>(cipher.length);
  int outside = 0;
  for (int i = 0; i < count; ++i) outside += out[i] >= length;
  for (int i = 0; outside > 0; ++i) {
    if (out[i] < length) continue;
    out[i] = static_cast<T>(walk_cycle(cipher, out[i]));
    --outside;
  }
}

template <class T>
void cipher_range(const CipherRange& range, T* out) {
  const IndexCipher& cipher = *range.cipher;
  const bool walks = uint64_t{cipher.columns} * cipher.rows > cipher.length;
  Block block;
  alignas(64) T result[kBlock];
  for (int64_t done = 0; done < range.count; done += kBlock) {
    const uint64_t first = range.first + static_cast<uint64_t>(done) * range.stride;
    const int64_t left = range.count - done;
    if (range.stride == 1 && cipher.columns >= kBlock)
      count_up(cipher, first, block);
    else
      count_strides(cipher, first, range.stride, block);
    T* to = left >= kBlock ? out + done : result;
    encipher_block(cipher, block);
    join_halves(block, static_cast<T>(cipher.columns), to);
    if (walks) walk_block(cipher, left >= kBlock ? kBlock : static_cast<int>(left), to);
    for (int64_t i = 0; to == result && i < left; ++i) out[done + i] = result[i];
  }
  for (int64_t i = 0; i < range.count && range.first + i * range.stride < 2; ++i)
    out[i] = static_cast<T>(cipher_index(cipher, range.first + i * range.stride));
}

// Writes the halves of `count` positions. What stands behind them is enciphered, and not read.
void divide(const IndexCipher& cipher, const uint32_t* positions, int count, Block& block) {
  for (int i = 0; i < count; ++i) {
    const uint32_t swaps = positions[i] < 2 && cipher.length > 1 ? cipher.swapped : 0;
    const uint32_t position = positions[i] ^ swaps;
    block.left[i] = position % cipher.columns;
    block.right[i] = position / cipher.columns;
  }
}

void encipher_positions(const IndexCipher& cipher, uint32_t* positions, int64_t total) {
  Block block = {};
  alignas(64) uint32_t result[kBlock];
  for (int64_t done = 0; done < total; done += kBlock) {
    const int count = total - done < kBlock ? static_cast<int>(total - done) : kBlock;
    divide(cipher, positions + done, count, block);
    encipher_block(cipher, block);
    join_halves(block, cipher.columns, result);
    walk_block(cipher, count, result);
    __builtin_memcpy(positions + done, result, count * sizeof(uint32_t));
  }
}

}  // namespace

void lane_encipher32(const IndexCipher& cipher, uint32_t* positions, int64_t count) {
  encipher_positions(cipher, positions, count);
}
void lane_cipher32(const CipherRange& range, uint32_t* out) { cipher_range(range, out); }
void lane_cipher64(const CipherRange& range, uint64_t* out) { cipher_range(range, out); }

}  // namespace thalweg::THALWEG_LANES
