// The order of an epoch: a permutation of [0, length) that is a pure function of
// (length, seed, epoch). Exact Fisher-Yates over counted random numbers.
#pragma once

#include <cstdint>
#include <vector>

namespace thalweg::data {

class Order {
 public:
  // Without `shuffle`, the identity.
  Order(uint32_t length, uint64_t seed, uint64_t epoch, bool shuffle);
  // Rows at positions [position, position + count).
  const uint32_t* at(int64_t position) const { return indices_.data() + position; }

 private:
  std::vector<uint32_t> indices_;
};

}  // namespace thalweg::data
