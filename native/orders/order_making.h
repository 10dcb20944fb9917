// How an order is made, which decides none of its bits.
#pragma once

#include "core/cancel.h"
#include "orders/lanes.h"

namespace thalweg {

struct OrderMaking {
  int threads = 1;
  const OrderLanes& lanes = order_lanes();
  const CancelFlag* cancel = nullptr;  // or null; asked for every few milliseconds
};

// Fisher-Yates of all of `range`; throws Aborted.
void swap_in_pieces(const OrderMaking& making, SwapRange range, uint32_t* values);

}  // namespace thalweg
