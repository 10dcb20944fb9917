// The map of a shuffled view: an order that is fixed once.
#pragma once

#include "data/row_map.h"
#include "orders/order.h"

namespace thalweg {

class OrderMap final : public data::RowMap {
 public:
  // Takes 4 bytes a row up to 2^16 rows and no memory above, as epochs do. Its order is unlike
  // those of all epochs, also with their seed. Throws MEMORY.
  OrderMap(uint64_t seed, int64_t length)
      : RowMap(length),
        order_({.length = static_cast<uint64_t>(length), .seed = seed, .purpose = Purpose::kView}) {
  }

  size_t bytes() const override { return order_.bytes(); }
  void map(uint32_t* rows, int64_t count) const override { order_.find(rows, count); }

 private:
  Order order_;
};

}  // namespace thalweg
