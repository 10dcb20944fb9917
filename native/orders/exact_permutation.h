// The exactly uniform permutation: Fisher-Yates, and above kBucketLength a split
// into random buckets first, each shuffled inside the cache (Rao 1961, Sandelius
// 1962). What is fixed here decides bits; how it is run does not.
#pragma once

#include <cstdint>

#include "core/random_block.h"

namespace thalweg {

// Up to here every order is exact: ciphers are poor at small lengths.
inline constexpr uint64_t kSmallLength = uint64_t{1} << 16;
// A bucket of 32-bit rows fits a second-level cache of 1 MiB, and there are few
// enough of them that the lines being written stay in the first.
inline constexpr uint64_t kBucketLength = uint64_t{1} << 18;
inline constexpr int kMaxBucketBits = 16;

// A block of random words labels twice as many elements: word t's lower half labels element t,
// its upper half element kBlockWords + t.
inline constexpr int kBlockLabels = 2 * kBlockWords;

struct OrderOptions;  // orders/order.h
struct OrderMaking;   // orders/order_making.h

// Exactly uniform permutation into out [length]; uint32_t needs length < 2^32.
template <class T>
void exact_permutation(const OrderOptions& options, const OrderMaking& making, T* out);

}  // namespace thalweg
