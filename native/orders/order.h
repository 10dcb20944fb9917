// The order of an epoch: a permutation of [0, length), or the rows that a sampling chooses. It is a
// pure function of (length or sampling, seed, epoch). Thread count and instruction set change no
// bit.
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
  // True: exactly uniform at any length. This takes 4 bytes per row, or 8 from 2^32 rows on. Up to
  // 2^16 rows every order is exactly uniform.
  bool exact = false;
  bool shuffle = true;                            // false: the identity
  std::shared_ptr<const Sampling> sampling = {};  // over `length` rows; null: a permutation
  BatchShape shape = {};                          // the batches of a stratified sampling
  Purpose purpose = Purpose::kShuffle;            // kView: for a view, unlike every epoch
};

// An order never changes, so any thread may read it. Every position takes the same time to read.
class Order {
 public:
  // Throws MEMORY and Aborted.
  explicit Order(const OrderOptions& options, const OrderMaking& making = {});

  // Returns the number of positions: the rows, or the draws of a sampling.
  uint64_t length() const { return options_.sampling ? options_.sampling->draws : options_.length; }
  // Returns how many bytes of host memory the order holds, 0 for ciphers.
  size_t bytes() const { return values_.bytes(); }
  // Devices evaluate the order themselves, from a list of 32-bit rows or from a cipher. Each
  // function returns null if the order has another form. The identity and draws have neither.
  const uint32_t* list() const;
  const IndexCipher* cipher() const;
  bool is_identity() const {
    return !options_.sampling && (!options_.shuffle || options_.length == 0);
  }
  // Returns true if rows are drawn position by position, with replacement.
  bool is_drawn() const {
    return options_.sampling && options_.sampling->kind == SamplingKind::kReplacement;
  }
  // Writes the rows at `count` positions first, first + stride, …, all below length(). uint32_t
  // needs length < 2^32.
  template <class T>
  void indices(uint64_t first, uint64_t stride, int64_t count, T* out) const;
  template <class T>
  void indices(uint64_t first, int64_t count, T* out) const {
    indices(first, 1, count, out);
  }
  // Replaces `count` positions in any order, each below length(), by their rows. Needs a
  // permutation of a length below 2^32.
  void find(uint32_t* positions, int64_t count) const;

 private:
  void write_sampled(const OrderMaking& making);

  OrderOptions options_;
  const OrderLanes* lanes_;
  IndexCipher cipher_ = {};
  HostMemory values_;  // uint32_t [length()], or uint64_t from 2^32 rows on; or empty
};

}  // namespace thalweg
