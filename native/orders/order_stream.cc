#include "orders/order_stream.h"

namespace thalweg {

RandomStream order_stream(uint64_t seed, uint64_t epoch, uint64_t length, OrderStream kind,
                          Purpose purpose) {
  return random_stream({.seed = seed,
                        .purpose = purpose,
                        .epoch = epoch,
                        .window = length | static_cast<uint64_t>(kind) << 60});
}

}  // namespace thalweg
