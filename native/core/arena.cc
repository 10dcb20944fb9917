#include "core/arena.h"

#include <string>

#include "core/error.h"
#include "core/round.h"

namespace thalweg {

namespace {
constexpr int64_t kAlignFloats = 16;  // 64 bytes
// The number of cache lines is odd, so that successive arrays start in different sets of a cache
// and at different offsets in a 4 KiB page. Equal offsets disturb store forwarding.
constexpr int64_t kStaggerFloats = 13 * kAlignFloats;
constexpr int64_t kPageFloats = 1024;
constexpr int64_t kLimitFloats = int64_t{1} << 56;

int64_t stride_of(int64_t array_length) {
  return round_up(array_length, kPageFloats) + kStaggerFloats;
}

// Calls place(offset) for each tensor, and returns the length of one array.
template <class Place>
int64_t lay_out(const std::vector<int64_t>& lengths, Place place) {
  int64_t end = 0;
  for (const int64_t length : lengths) {
    place(end);
    if (length < 0 || length > kLimitFloats || end > kLimitFloats)
      throw Error(
          {ErrorCode::kOverflow, "length", std::to_string(length), "at most 2^56 elements"});
    end = round_up(end + length, kAlignFloats);
  }
  return end;
}
}  // namespace

size_t Arena::bytes_for(const std::vector<int64_t>& lengths, int arrays) {
  const int64_t length = lay_out(lengths, [](int64_t) {});
  return static_cast<size_t>(stride_of(length)) * arrays * sizeof(float);
}

Arena::Arena(const std::vector<int64_t>& lengths, int arrays, Memory& memory)
    : bytes_(bytes_for(lengths, arrays)) {
  array_length_ = lay_out(lengths, [&](int64_t offset) { offsets_.push_back(offset); });
  data_ = memory.allocate(bytes_);
  for (int array = 0; array < arrays; ++array)
    starts_.push_back(static_cast<float*>(data_.get()) + stride_of(array_length_) * array);
}

}  // namespace thalweg
