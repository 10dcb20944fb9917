#include "orders/index_cipher.h"

#include <algorithm>
#include <cmath>

namespace thalweg {

namespace {

constexpr uint64_t kMostColumns = uint64_t{1} << 16;

uint64_t ceil_sqrt(uint64_t x) {
  auto root = static_cast<uint64_t>(std::sqrt(static_cast<double>(x)));
  while (root * root < x) ++root;
  while (root > 0 && (root - 1) * (root - 1) >= x) --root;
  return root;
}

// Chooses at least sqrt(length) columns, so that columns * rows - length < columns. Among the next
// few numbers it takes the one with the least waste. Up to 2^32 rows there are at most 2^16
// columns, because the bits of orders depend on this limit.
void choose_extents(IndexCipher& cipher) {
  const uint64_t root = ceil_sqrt(cipher.length);
  const uint64_t most = root <= kMostColumns ? kMostColumns : UINT64_MAX;
  const uint64_t last = std::min(root + std::min<uint64_t>(root / 16, 64), most);
  uint64_t least = UINT64_MAX;
  for (uint64_t columns = root; columns <= last && least > 0; ++columns) {
    const uint64_t rows = (cipher.length + columns - 1) / columns;
    if (columns * rows - cipher.length >= least) continue;
    least = columns * rows - cipher.length;
    cipher.columns = static_cast<uint32_t>(columns);
    cipher.rows = static_cast<uint32_t>(rows);
  }
}

}  // namespace

IndexCipher make_index_cipher(uint64_t length, const RandomStream& stream, int rounds) {
  IndexCipher cipher = {};
  cipher.length = length;
  cipher.rounds = rounds;
  choose_extents(cipher);
  for (int i = 0; i < kCipherRounds; i += 2) {
    const PhiloxWords words = random_words(stream, i / 2);
    cipher.round[i] = {words.word[0], words.word[1]};
    cipher.round[i + 1] = {words.word[2], words.word[3]};
  }
  cipher.swapped = random_words(stream, kCipherRounds / 2).word[0] & 1;
  return cipher;
}

}  // namespace thalweg
