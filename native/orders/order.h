// The order of an epoch: a permutation of [0, length), or what a sampling chooses
// of it; a pure function of (length or sampling, seed, epoch), the same bits at any
// thread count and instruction set.
#pragma once

#include <cstdint>
#include <memory>

#include "core/host_memory.h"
#include "orders/index_cipher.h"
#include "orders/order_making.h"
#include "orders/sampling.h"
#include "orders/stratified_batches.h"

namespace thalweg {

struct OrderOptions {
  uint64_t length = 0;  // rows, at most 2^53
  uint64_t seed = 0;
  uint64_t epoch = 0;
  // Exactly uniform at any length, for 4 (8 from 2^32 rows) bytes a row. Up to 2^16 rows every
  // order is.
  bool exact = false;
  bool shuffle = true;                            // false: the identity
  std::shared_ptr<const Sampling> sampling = {};  // of `length` rows; null: a permutation
  BatchShape shape = {};                          // of stratified batches
};

// Immutable, so safe to read from any thread. Reading anywhere costs the same.
class Order {
 public:
  // Throws MEMORY, and Aborted.
  explicit Order(const OrderOptions& options, const OrderMaking& making = {});

  // Positions: rows, or a sampling's draws.
  uint64_t length() const { return options_.sampling ? options_.sampling->draws : options_.length; }
  // Host memory held; 0 for ciphers.
  size_t bytes() const { return values_.bytes(); }
  // How the order is kept, for devices that evaluate it themselves: as a list of
  // 32-bit rows or a cipher, null where it is not, or not at all (the identity, draws).
  const uint32_t* list() const;
  const IndexCipher* cipher() const;
  bool is_identity() const {
    return !options_.sampling && (!options_.shuffle || options_.length == 0);
  }
  // Drawn position by position, with replacement.
  bool is_drawn() const {
    return options_.sampling && options_.sampling->kind == SamplingKind::kReplacement;
  }
  // Rows at positions first, first + stride, …, count of them, all below length;
  // uint32_t needs length < 2^32.
  template <class T>
  void indices(uint64_t first, uint64_t stride, int64_t count, T* out) const;
  template <class T>
  void indices(uint64_t first, int64_t count, T* out) const {
    indices(first, 1, count, out);
  }

 private:
  void write_sampled(const OrderMaking& making);

  OrderOptions options_;
  const OrderLanes* lanes_;
  IndexCipher cipher_ = {};
  HostMemory values_;  // uint32_t [length()], or uint64_t from 2^32 on; else empty
};

}  // namespace thalweg
