// The random streams of orders.
#pragma once

#include <cstdint>

#include "core/random.h"

namespace thalweg {

// The stream of an order. The length is part of the name: orders of different
// lengths share no draws. `kind` parts draws of different use.
enum class OrderStream : uint64_t { kSwaps = 0, kLabels = 1, kCipher = 2 };
RandomStream order_stream(uint64_t seed, uint64_t epoch, uint64_t length, OrderStream kind);

}  // namespace thalweg
