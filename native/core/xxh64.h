// XXH64 with seed 0, as https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md defines it.
// It is the checksum of checkpoints and the fingerprint of data sets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace thalweg {

class Xxh64 {
 public:
  void update(const void* data, size_t bytes) {
    if (bytes == 0) return;  // data of an empty array is null
    const auto* in = static_cast<const unsigned char*>(data);
    total_ += bytes;
    if (held_ > 0) {
      const size_t taken = bytes < kStripe - held_ ? bytes : kStripe - held_;
      std::memcpy(rest_ + held_, in, taken);
      held_ += taken;
      in += taken;
      bytes -= taken;
      if (held_ < kStripe) return;
      stripe(rest_);
      held_ = 0;
    }
    for (; bytes >= kStripe; in += kStripe, bytes -= kStripe) stripe(in);
    if (bytes > 0) std::memcpy(rest_, in, bytes);
    held_ = bytes;
  }
  template <class T>
  void update_value(T value) {
    update(&value, sizeof value);
  }

  uint64_t digest() const {
    uint64_t hash = kPrime5;
    if (total_ >= kStripe) {
      hash =
          rotate(lane_[0], 1) + rotate(lane_[1], 7) + rotate(lane_[2], 12) + rotate(lane_[3], 18);
      for (const uint64_t lane : lane_) hash = (hash ^ round(0, lane)) * kPrime1 + kPrime4;
    }
    hash += total_;
    const unsigned char* in = rest_;
    const unsigned char* end = rest_ + held_;
    for (; end - in >= 8; in += 8)
      hash = rotate(hash ^ round(0, load<uint64_t>(in)), 27) * kPrime1 + kPrime4;
    for (; end - in >= 4; in += 4)
      hash = rotate(hash ^ load<uint32_t>(in) * kPrime1, 23) * kPrime2 + kPrime3;
    for (; in < end; ++in) hash = rotate(hash ^ *in * kPrime5, 11) * kPrime1;
    hash = (hash ^ hash >> 33) * kPrime2;
    hash = (hash ^ hash >> 29) * kPrime3;
    return hash ^ hash >> 32;
  }

 private:
  static constexpr size_t kStripe = 32;
  static constexpr uint64_t kPrime1 = 0x9E3779B185EBCA87, kPrime2 = 0xC2B2AE3D27D4EB4F,
                            kPrime3 = 0x165667B19E3779F9, kPrime4 = 0x85EBCA77C2B2AE63,
                            kPrime5 = 0x27D4EB2F165667C5;

  static uint64_t rotate(uint64_t x, int bits) { return x << bits | x >> (64 - bits); }
  static uint64_t round(uint64_t lane, uint64_t input) {
    return rotate(lane + input * kPrime2, 31) * kPrime1;
  }
  template <class T>
  static uint64_t load(const unsigned char* from) {  // little-endian machines only
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
  }
  void stripe(const unsigned char* in) {
    for (int i = 0; i < 4; ++i) lane_[i] = round(lane_[i], load<uint64_t>(in + 8 * i));
  }

  uint64_t lane_[4] = {kPrime1 + kPrime2, kPrime2, 0, 0 - kPrime1};
  unsigned char rest_[kStripe] = {};
  size_t held_ = 0;  // bytes in rest_
  uint64_t total_ = 0;
};

}  // namespace thalweg
