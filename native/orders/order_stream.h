// The random streams of orders.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace thalweg {

// The uses of random words in an order. Each use has a stream of its own.
enum class OrderStream : uint64_t { kSwaps = 0, kLabels = 1, kCipher = 2 };
// Returns the stream of an order. The length is part of its name, so that orders of different
// lengths share no random words.
RandomStream order_stream(uint64_t seed, uint64_t epoch, uint64_t length, OrderStream kind,
                          Purpose purpose = Purpose::kShuffle);

}  // namespace thalweg
