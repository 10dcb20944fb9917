// The functions of orders that are compiled once per instruction set (lanes.def), and their
// parameters. Callers cut the work into parts of a parallel_for(), which call the table.
#pragma once

#include <cstdint>

#include "core/lane_tables.h"
#include "core/random.h"
#include "orders/index_cipher.h"
#include "orders/sampling.h"

namespace thalweg {

// `count` positions first, first + stride, … of an index cipher.
struct CipherRange {
  const IndexCipher* cipher;
  uint64_t first;
  uint64_t stride;
  int64_t count;
};

// Elements [first, last) of an exact shuffle. `first` is a multiple of kBlockLabels, and `mask` is
// the number of buckets minus 1.
struct LabelRange {
  RandomStream stream;
  uint64_t first;
  uint64_t last;
  uint32_t mask;
};

// Elements [first, last) of a bucket that begins at element `base` of the order. `base` decides
// which random words the bucket draws.
struct SwapRange {
  RandomStream stream;
  uint64_t base;
  int64_t first;
  int64_t last;
};

// The number of rows whose keys come from one block of random words.
inline constexpr int kKeyRows = 32;

// Rows [first, last) that get keys. `first` is a multiple of kKeyRows.
struct KeyRange {
  RandomStream stream;
  const double* weights;
  uint64_t first;
  uint64_t last;
};

// `count` draws with the numbers first, first + stride, …
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

// Returns the table for one instruction set, or nullptr if it was not compiled.
const OrderLanes* order_lanes_for(Isa isa);
// Returns the table for selected_isa(), which the first call looks up.
const OrderLanes& order_lanes();

}  // namespace thalweg
