#include "core/arena.h"

#include <string>

#include "core/error.h"

namespace thalweg {

namespace {
constexpr int64_t kAlignFloats = 16;  // 64 bytes
// Odd number of cache lines: successive arrays start in different sets of any
// power-of-two indexed cache, and of the 4 KiB store-forwarding window.
constexpr int64_t kStaggerFloats = 13 * kAlignFloats;
constexpr int64_t kPageFloats = 1024;
constexpr int64_t kLimitFloats = int64_t{1} << 56;

int64_t round_up(int64_t value, int64_t unit) { return (value + unit - 1) / unit * unit; }
}  // namespace

Arena::Arena(const std::vector<int64_t>& lengths, int arrays, Memory& memory) {
  for (const int64_t length : lengths) {
    offsets_.push_back(array_length_);
    if (length < 0 || length > kLimitFloats || array_length_ > kLimitFloats)
      throw Error({"OVERFLOW", "length", std::to_string(length), "at most 2^56 elements", ""});
    array_length_ = round_up(array_length_ + length, kAlignFloats);
  }
  const int64_t stride = round_up(array_length_, kPageFloats) + kStaggerFloats;
  bytes_ = static_cast<size_t>(stride) * arrays * sizeof(float);
  data_ = memory.allocate(bytes_);
  for (int array = 0; array < arrays; ++array)
    starts_.push_back(static_cast<float*>(data_.get()) + stride * array);
}

}  // namespace thalweg
