// Writes the rows that a Sampling chooses for an epoch. Thread count and instruction set change no
// bit. Both functions throw MEMORY and Aborted.
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
  BatchShape shape = {};  // the batches of a stratified sampling
};

// Draws by weight without replacement into out [sampling.draws]: takes the first rows by ascending
// key -ln(u) / weight (Efraimidis and Spirakis, "Weighted random sampling with a reservoir", 2006).
void weighted_order(const SampledOrder& order, const OrderMaking& making, uint32_t* out);

// Writes the rows of one batch after another to out [sampling.length]. Batches of shard 0, 1, …
// take turns.
void stratified_order(const SampledOrder& order, const OrderMaking& making, uint32_t* out);

}  // namespace thalweg
