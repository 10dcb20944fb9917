// The exactly uniform permutation, by Fisher-Yates. More than kBucketLength elements are first
// split into random buckets, and each bucket is shuffled inside the cache (Rao 1961, Sandelius
// 1962). The constants here decide the bits of orders. Threads and instruction sets do not.
#pragma once

#include <cstdint>

#include "core/random_block.h"

namespace thalweg {

// Up to this length every order is exact, because ciphers are poor at small lengths.
inline constexpr uint64_t kSmallLength = uint64_t{1} << 16;
// A bucket of 32-bit rows fits a second-level cache of 1 MiB. Up to 2^27 rows, the lines of the
// buckets that are being written fit a first-level cache of 32 KiB.
inline constexpr uint64_t kBucketLength = uint64_t{1} << 18;
inline constexpr int kMaxBucketBits = 16;

// A block of random words labels twice as many elements. The lower half of word t labels element t,
// and the upper half labels element kBlockWords + t.
inline constexpr int kBlockLabels = 2 * kBlockWords;

struct OrderOptions;  // orders/order.h
struct OrderMaking;   // orders/order_making.h

// Writes an exactly uniform permutation to out [length]. uint32_t needs length < 2^32.
template <class T>
void exact_permutation(const OrderOptions& options, const OrderMaking& making, T* out);

}  // namespace thalweg
