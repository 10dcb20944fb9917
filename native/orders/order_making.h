// How an order is made, which decides none of its bits.
#pragma once

#include "backends/cpu/lanes.h"
#include "core/cancel.h"

namespace thalweg {

struct OrderMaking {
  int threads = 1;
  const Lanes& lanes = thalweg::lanes();
  const CancelFlag* cancel = nullptr;  // or null; asked for every few milliseconds
};

// Fisher-Yates of all of `range`; throws Aborted.
void swap_in_pieces(const OrderMaking& making, SwapRange range, uint32_t* values);

}  // namespace thalweg
