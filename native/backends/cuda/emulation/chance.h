// Random choices that follow from THALWEG_EMULATED_SEED: the order of blocks and threads, and how
// late work runs. A correct program gives the same bits for every seed.
#pragma once

#include <cstdint>
#include <numeric>

namespace emulation {

// Returns the next random number of the seed's sequence, below `end`. The caller holds the lock of
// streams.h.
uint64_t roll(uint64_t end);
// Returns the seed. The sequence begins again when the seed changes.
uint64_t seed();

// A shuffled order of [0, count) that takes no memory.
class Order {
 public:
  explicit Order(uint64_t count)
      : count_(count), first_(count > 1 ? roll(count) : 0), stride_(count > 2 ? roll(count) : 1) {
    while (std::gcd(stride_, count_) != 1) ++stride_;
  }
  uint64_t operator[](uint64_t i) const { return (first_ + i * stride_) % count_; }

 private:
  uint64_t count_, first_, stride_;
};

}  // namespace emulation
