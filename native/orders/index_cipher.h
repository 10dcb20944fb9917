// A keyed permutation of [0, length) that is evaluated index by index. It is a generalised Feistel
// network over Z_columns x Z_rows (Black and Rogaway, "Ciphers with arbitrary finite domains",
// 2002) with cycle walking.
//
// An index x is (left, right) = (x mod columns, x div columns). Even rounds add a hash of `right`
// to `left`, and odd rounds the reverse. Modular addition fits any length, unlike exclusive or.
// columns * rows exceeds length by less than `columns`, so few results lie outside [0, length) and
// are enciphered again.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace thalweg {

inline constexpr int kCipherRounds = 8;
inline constexpr uint64_t kMaxLength = uint64_t{1} << 53;

struct CipherRound {
  uint32_t add;
  uint32_t mix;
};

struct IndexCipher {
  uint64_t length;
  uint32_t columns;  // extent of `left`, below 2^27
  uint32_t rows;     // extent of `right`
  uint32_t swapped;  // 1: positions 0 and 1 change places, which makes the parity random
  int32_t rounds;    // kCipherRounds; tests of weaker ciphers use fewer
  CipherRound round[kCipherRounds];
};

// The two halves of an index between rounds. If Word is a vector, it has the halves of many
// indices.
template <class Word>
struct CipherHalves {
  Word left;
  Word right;
};

inline namespace THALWEG_LANES {

// Returns (x * y) >> 32. Vectors specialise this struct.
template <class Word>
struct MultiplyHigh {
  static THALWEG_INLINE Word of(Word x, uint32_t y) {
    return static_cast<Word>((uint64_t{x} * y) >> 32);
  }
};

// Hashes x and scales the hash to [0, extent).
template <class Word>
THALWEG_INLINE Word cipher_hash(Word x, CipherRound round, uint32_t extent) {
  x = (x ^ round.add) * 0x85EBCA6Bu;
  x ^= x >> 15;
  x = (x + round.mix) * 0xC2B2AE35u;
  x ^= x >> 16;
  return MultiplyHigh<Word>::of(x, extent);
}

// Returns (x + y) mod extent for x, y < extent < 2^31.
template <class Word>
THALWEG_INLINE Word add_modulo(Word x, Word y, uint32_t extent) {
  const Word sum = x + y;
  const Word reduced = sum - extent;
  return reduced < sum ? reduced : sum;
}

// Runs rounds 2 * pair and 2 * pair + 1.
template <class Word>
THALWEG_INLINE CipherHalves<Word> cipher_round_pair(const IndexCipher& cipher, int pair,
                                                    CipherHalves<Word> halves) {
  const uint32_t columns = cipher.columns, rows = cipher.rows;
  const CipherRound* round = cipher.round + 2 * pair;
  halves.left = add_modulo(halves.left, cipher_hash(halves.right, round[0], columns), columns);
  halves.right = add_modulo(halves.right, cipher_hash(halves.left, round[1], rows), rows);
  return halves;
}

// Runs all rounds once. This is a bijection of [0, columns * rows).
THALWEG_DEVICE inline uint64_t encipher(const IndexCipher& cipher, uint64_t x) {
  CipherHalves<uint32_t> halves = {static_cast<uint32_t>(x % cipher.columns),
                                   static_cast<uint32_t>(x / cipher.columns)};
  for (int pair = 0; pair < cipher.rounds / 2; ++pair)
    halves = cipher_round_pair(cipher, pair, halves);
  return uint64_t{halves.right} * cipher.columns + halves.left;
}

// Enciphers x until it lies in [0, length).
THALWEG_DEVICE inline uint64_t walk_cycle(const IndexCipher& cipher, uint64_t x) {
  while (x >= cipher.length) x = encipher(cipher, x);
  return x;
}

// Returns the row at `position` < length. Faster versions must return the same rows.
THALWEG_DEVICE inline uint64_t cipher_index(const IndexCipher& cipher, uint64_t position) {
  const bool swaps = position < 2 && cipher.length > 1;
  return walk_cycle(cipher, encipher(cipher, swaps ? position ^ cipher.swapped : position));
}

}  // namespace THALWEG_LANES

// Makes a cipher for a length from 1 to kMaxLength. The stream's name must contain the length.
IndexCipher make_index_cipher(uint64_t length, const RandomStream& stream,
                              int rounds = kCipherRounds);

}  // namespace thalweg
