// Chance, the same for the same THALWEG_EMULATED_SEED: the order of blocks and threads, how late
// work runs. A right program gives the same bits for every seed.
#pragma once

#include <cstdint>
#include <numeric>

namespace emulation {

// The next number of the seed's sequence, below `end`. Under the lock of streams.h.
uint64_t roll(uint64_t end);
// The seed; the sequence begins again when it changes.
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
