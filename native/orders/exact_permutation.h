// The exactly uniform permutation: Fisher-Yates, and above kBucketLength a split
// into random buckets first, each shuffled inside the cache (Rao 1961, Sandelius
// 1962). What is fixed here decides bits; how it is run does not.
#pragma once

#include <cstdint>

#include "core/random_block.h"

namespace thalweg::data {

// Up to here every order is exact: ciphers are poor at small lengths.
inline constexpr uint64_t kSmallLength = uint64_t{1} << 16;
// A bucket of 32-bit rows fits a second-level cache of 1 MiB, and there are few
// enough of them that the lines being written stay in the first.
inline constexpr uint64_t kBucketLength = uint64_t{1} << 18;
inline constexpr int kMaxBucketBits = 16;

// A block of random words labels twice as many elements: word t's lower half labels element t,
// its upper half element kBlockWords + t.
inline constexpr int kBlockLabels = 2 * kBlockWords;

// Bucket = label below 2^bits; on average at most kBucketLength elements each.
int bucket_bits(uint64_t length);

// The stream of an order. The length is part of the name: orders of different
// lengths share no draws. `kind` parts draws of different use.
enum class OrderStream : uint64_t { kSwaps = 0, kLabels = 1, kCipher = 2 };
RandomStream order_stream(uint64_t seed, uint64_t epoch, uint64_t length, OrderStream kind);

}  // namespace thalweg::data
