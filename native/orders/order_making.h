// Settings for making an order. None of them changes its bits.
#pragma once

#include "core/cancel.h"
#include "orders/lanes.h"

namespace thalweg {

struct OrderMaking {
  int threads = 1;
  const OrderLanes& lanes = order_lanes();
  const CancelFlag* cancel = nullptr;  // may be null; checked every few milliseconds
};

// Runs Fisher-Yates over all of `range`, and checks making.cancel between chunks. Throws Aborted.
void swap_in_chunks(const OrderMaking& making, SwapRange range, uint32_t* values);

}  // namespace thalweg
