// Runs both passes of the exact shuffle on threads. Chunks and buckets depend on the length alone,
// so the number of threads changes no bit.
#include "orders/exact_permutation.h"

#include <sys/mman.h>

#include <algorithm>
#include <type_traits>

#include "core/aligned.h"
#include "core/round.h"
#include "core/threads.h"
#include "orders/order.h"
#include "orders/order_stream.h"

namespace thalweg {

namespace {

// A chunk has this many elements per bucket, so that the counts take less than 1 % of the memory of
// the order.
constexpr uint64_t kChunkElementsPerBucket = 2048;
constexpr uint64_t kLeastChunk = 1 << 16;

struct Split {
  RandomStream labels;
  uint64_t length;
  uint64_t buckets;
  uint64_t chunk;  // elements
  uint64_t chunks;

  LabelRange range(uint64_t number) const {
    return {.stream = labels,
            .first = number * chunk,
            .last = std::min(length, (number + 1) * chunk),
            .mask = static_cast<uint32_t>(buckets - 1)};
  }
};

// Returns how many bits the number of a bucket has. A bucket has at most kBucketLength elements on
// average, or more if kMaxBucketBits limits the number of buckets.
int bucket_bits(uint64_t length) {
  int bits = 0;
  while (bits < kMaxBucketBits && (length >> bits) > kBucketLength) ++bits;
  return bits;
}

Split make_split(const OrderOptions& options) {
  Split split = {};
  split.labels = order_stream(options.seed, options.epoch, options.length, OrderStream::kLabels,
                              options.purpose);
  split.length = options.length;
  split.buckets = uint64_t{1} << bucket_bits(options.length);
  split.chunk = std::max(kLeastChunk, split.buckets * kChunkElementsPerBucket);
  split.chunks = ceil_div(split.length, split.chunk);
  return split;
}

// Writes cursors [chunks][buckets], where the elements of a chunk begin in a bucket, and starts
// [buckets + 1].
void place_buckets(const Split& split, const uint32_t* counts, uint64_t* cursors,
                   uint64_t* starts) {
  uint64_t at = 0;
  for (uint64_t bucket = 0; bucket < split.buckets; ++bucket) {
    starts[bucket] = at;
    for (uint64_t chunk = 0; chunk < split.chunks; ++chunk) {
      cursors[chunk * split.buckets + bucket] = at;
      at += counts[chunk * split.buckets + bucket];
    }
  }
  starts[split.buckets] = at;
}

template <class T>
void scatter(const Split& split, const OrderMaking& making, T* out, uint64_t* starts) {
  Aligned<uint32_t> counts(split.chunks * split.buckets);
  Aligned<uint64_t> cursors(split.chunks * split.buckets);
  const auto chunks = static_cast<int64_t>(split.chunks);
  const OrderLanes& lanes = making.lanes;
  parallel_for(chunks, making.threads, [&](int64_t chunk) {
    refuse_cancelled(making.cancel);
    lanes.count_labels(split.range(chunk), counts.data() + chunk * split.buckets);
  });
  place_buckets(split, counts.data(), cursors.data(), starts);
  parallel_for(chunks, making.threads, [&](int64_t chunk) {
    refuse_cancelled(making.cancel);
    uint64_t* chunk_cursors = cursors.data() + chunk * split.buckets;
    if constexpr (std::is_same_v<T, uint32_t>)
      lanes.scatter32(split.range(chunk), chunk_cursors, out);
    else
      lanes.scatter64(split.range(chunk), chunk_cursors, out);
  });
}

// Random writes over gigabytes miss the TLB on small pages. This advice may fail without harm.
void advise_huge_pages(void* data, size_t bytes) {
  constexpr uintptr_t kPage = 4096;
  const auto first = round_up(reinterpret_cast<uintptr_t>(data), kPage);
  const uintptr_t last = (reinterpret_cast<uintptr_t>(data) + bytes) / kPage * kPage;
  if (last > first) madvise(reinterpret_cast<void*>(first), last - first, MADV_HUGEPAGE);
}

}  // namespace

template <class T>
void exact_permutation(const OrderOptions& options, const OrderMaking& making, T* out) {
  const Split split = make_split(options);
  Aligned<uint64_t> starts(split.buckets + 1);
  if (split.buckets > 1) {
    advise_huge_pages(out, split.length * sizeof(T));
    scatter(split, making, out, starts.data());
  } else {
    for (uint64_t i = 0; i < split.length; ++i) out[i] = static_cast<T>(i);
    starts[1] = split.length;
  }
  const RandomStream swaps = order_stream(options.seed, options.epoch, options.length,
                                          OrderStream::kSwaps, options.purpose);
  parallel_for(static_cast<int64_t>(split.buckets), making.threads, [&](int64_t bucket) {
    refuse_cancelled(making.cancel);
    const uint64_t base = starts[bucket];
    const SwapRange range = {swaps, base, 0, static_cast<int64_t>(starts[bucket + 1] - base)};
    if constexpr (std::is_same_v<T, uint32_t>)
      making.lanes.swap32(range, out + base);
    else
      making.lanes.swap64(range, out + base);
  });
}

template void exact_permutation(const OrderOptions&, const OrderMaking&, uint32_t*);
template void exact_permutation(const OrderOptions&, const OrderMaking&, uint64_t*);

}  // namespace thalweg
