#include "data/order.h"

#include <numeric>
#include <utility>

#include "core/random.h"

namespace thalweg::data {

Order::Order(uint32_t length, uint64_t seed, uint64_t epoch, bool shuffle) : indices_(length) {
  const RandomStream stream = random_stream({seed, Purpose::kShuffle, epoch, 0});
  std::iota(indices_.begin(), indices_.end(), 0u);
  if (!shuffle) return;
  for (uint32_t i = length; i > 1; --i)
    std::swap(indices_[i - 1], indices_[random_below(stream, i, i)]);
}

}  // namespace thalweg::data
