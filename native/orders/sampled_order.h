// The rows of an epoch that a Sampling chooses, written out: the same bits at any
// thread count and instruction set. Both throw MEMORY, and Aborted.
#pragma once

#include <cstdint>

#include "orders/order_making.h"
#include "orders/sampling.h"
#include "orders/stratified_batches.h"

namespace thalweg {

struct SampledOrder {
  const Sampling* sampling;
  uint64_t seed = 0;
  uint64_t epoch = 0;
  BatchShape shape = {};  // of stratified batches
};

// The first draws of the rows by ascending key -ln(u) / weight: drawing without replacement by
// weight (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
// out [sampling.draws]
void weighted_order(const SampledOrder& order, const OrderMaking& making, uint32_t* out);

// Batch after batch, those of shard 0, 1, … in turn. out [sampling.length]
void stratified_order(const SampledOrder& order, const OrderMaking& making, uint32_t* out);

}  // namespace thalweg
