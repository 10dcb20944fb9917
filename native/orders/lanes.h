// The functions of orders that exist once per instruction set (lanes.def), and what they take.
// Callers cut the work into parts and call the table from core/threads.h.
#pragma once

#include <cstdint>

#include "core/lane_tables.h"
#include "core/random.h"
#include "orders/gather.h"
#include "orders/index_cipher.h"
#include "orders/sampling.h"

namespace thalweg {

// Positions first, first + stride, … of an index cipher.
struct CipherRange {
  const IndexCipher* cipher;
  uint64_t first;
  uint64_t stride;
  int64_t count;
};

// Elements [first, last) of an exact shuffle, first a multiple of kBlockLabels;
// `mask` is the number of buckets less one.
struct LabelRange {
  RandomStream stream;
  uint64_t first;
  uint64_t last;
  uint32_t mask;
};

// Elements [first, last) of a bucket, which begins at element `base` of the whole; that
// decides which words it draws.
struct SwapRange {
  RandomStream stream;
  uint64_t base;
  int64_t first;
  int64_t last;
};

// Rows a block of random words serves with keys.
inline constexpr int kKeyRows = 32;

// Keys of rows [first, last), first a multiple of kKeyRows.
struct KeyRange {
  RandomStream stream;
  const double* weights;
  uint64_t first;
  uint64_t last;
};

// Draws number first, first + stride, …, count of them.
struct DrawRange {
  RandomStream stream;
  const AliasColumn* columns;
  uint64_t length;  // columns
  uint64_t first;
  uint64_t stride;
  int64_t count;
};

struct OrderLanes {
#define THALWEG_LANE(name, Result, parameters) Result(*name) parameters;
#include "orders/lanes.def"
#undef THALWEG_LANE
};
THALWEG_DECLARE_LANE_TABLES(OrderLanes, kOrderLanes)

// The table for one instruction set; nullptr where it was not compiled.
const OrderLanes* order_lanes_for(Isa isa);
// The table for selected_isa(), resolved once.
const OrderLanes& order_lanes();

}  // namespace thalweg
