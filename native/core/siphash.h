// SipHash-1-3 (Aumasson and Bernstein 2012). A key that nobody knows keeps a file from choosing
// texts that all fall into one place of a hash table.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace thalweg {

struct SipKey {
  uint64_t first = 0;
  uint64_t second = 0;
};

class SipState {
 public:
  explicit SipState(const SipKey& key)
      : a_(key.first ^ 0x736f6d6570736575),
        b_(key.second ^ 0x646f72616e646f6d),
        c_(key.first ^ 0x6c7967656e657261),
        d_(key.second ^ 0x7465646279746573) {}

  void absorb(uint64_t word) {
    d_ ^= word;
    round();
    a_ ^= word;
  }
  uint64_t finish() {
    c_ ^= 0xff;
    for (int i = 0; i < 3; ++i) round();
    return a_ ^ b_ ^ c_ ^ d_;
  }

 private:
  static uint64_t rotate(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }
  void round() {
    a_ += b_, b_ = rotate(b_, 13) ^ a_, a_ = rotate(a_, 32);
    c_ += d_, d_ = rotate(d_, 16) ^ c_;
    a_ += d_, d_ = rotate(d_, 21) ^ a_;
    c_ += b_, b_ = rotate(b_, 17) ^ c_, c_ = rotate(c_, 32);
  }

  uint64_t a_, b_, c_, d_;
};

// Words are read in the machine's byte order: the hash serves one process.
inline uint64_t siphash(const SipKey& key, const char* bytes, size_t length) {
  SipState state(key);
  size_t at = 0;
  for (; at + 8 <= length; at += 8) {
    uint64_t word;
    std::memcpy(&word, bytes + at, 8);
    state.absorb(word);
  }
  uint64_t last = 0;
  if (at < length) std::memcpy(&last, bytes + at, length - at);
  state.absorb(last | static_cast<uint64_t>(length) << 56);
  return state.finish();
}

}  // namespace thalweg
