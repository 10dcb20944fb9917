// Draws without replacement: gives each row a key, and sorts the wanted rows by a sample sort. Rows
// of equal keys are sorted by number, so that the buckets do not change the order.
#include <algorithm>
#include <cstring>

#include "core/host_memory.h"
#include "core/round.h"
#include "core/threads.h"
#include "orders/sampled_order.h"

namespace thalweg {

namespace {

constexpr uint64_t kChunk = 1 << 16;    // rows of one part, in passes over all rows
constexpr uint64_t kBucketRows = 4096;  // on average: 64 KiB of entries
constexpr uint64_t kMostBuckets = 4096;
constexpr uint64_t kSamplesPerBucket = 16;

struct Entry {
  double key;
  uint32_t row;

  bool operator<(const Entry& other) const {
    return key < other.key || (key == other.key && row < other.row);
  }
};

// An array that nobody has written. The system makes its pages on the thread that first writes
// them.
template <class T>
class Untouched {
 public:
  explicit Untouched(uint64_t length) : memory_(length * sizeof(T)) {}
  T* data() { return static_cast<T*>(memory_.data()); }
  T& operator[](uint64_t i) { return data()[i]; }

 private:
  HostMemory memory_;
};

class KeySort {
 public:
  KeySort(const SampledOrder& order, const OrderMaking& making)
      : making_(making),
        length_(order.sampling->length),
        chunks_(static_cast<int64_t>(ceil_div(length_, kChunk))),
        keys_(length_),
        buckets_(length_),
        entries_(length_) {
    const RandomStream stream =
        sampling_stream(order.seed, order.epoch, length_, SamplingStream::kKeys);
    each(chunks_, [&](int64_t chunk) {
      const uint64_t first = chunk * kChunk;
      making_.lanes.keys({stream, order.sampling->weights(), first, end_of(chunk)},
                         keys_.data() + first);
    });
  }

  void first_rows(uint64_t draws, uint32_t* out) {
    choose_borders();
    scatter();
    const auto buckets = static_cast<int64_t>(borders_.size() + 1);
    each(buckets, [&](int64_t bucket) {
      const uint64_t first = starts_[bucket], last = starts_[bucket + 1];
      if (first >= draws) return;
      std::sort(entries_.data() + first, entries_.data() + last);
      for (uint64_t i = first; i < std::min(last, draws); ++i) out[i] = entries_[i].row;
    });
  }

 private:
  // Runs parts in parallel. They stop if the job is cancelled.
  void each(int64_t parts, FunctionRef<void(int64_t part)> body) const {
    parallel_for(parts, making_.threads, [&](int64_t part) {
      refuse_cancelled(making_.cancel);
      body(part);
    });
  }

  uint64_t end_of(int64_t chunk) const { return std::min(length_, (chunk + 1) * kChunk); }

  // Chooses borders between buckets of about equal size, from a sorted sample of the keys.
  void choose_borders() {
    const uint64_t buckets = std::clamp(length_ / kBucketRows, uint64_t{1}, kMostBuckets);
    const uint64_t samples = std::min(length_, buckets * kSamplesPerBucket);
    std::vector<double> sample(samples);
    for (uint64_t i = 0; i < samples; ++i) sample[i] = keys_[i * (length_ / samples)];
    std::sort(sample.begin(), sample.end());
    for (uint64_t b = 1; b < buckets; ++b) borders_.push_back(sample[b * samples / buckets]);
  }

  // Writes entries_ in the order of the buckets, and starts_ [buckets + 1].
  void scatter() {
    const size_t buckets = borders_.size() + 1;
    std::vector<uint64_t> cursors(chunks_ * buckets);
    each(chunks_, [&](int64_t chunk) {
      uint64_t* counts = cursors.data() + chunk * buckets;
      for (uint64_t i = chunk * kChunk; i < end_of(chunk); ++i) {
        const auto border = std::upper_bound(borders_.begin(), borders_.end(), keys_[i]);
        buckets_[i] = static_cast<uint16_t>(border - borders_.begin());
        ++counts[buckets_[i]];
      }
    });
    uint64_t at = 0;
    for (size_t bucket = 0; bucket < buckets; ++bucket) {
      refuse_cancelled(making_.cancel);
      starts_.push_back(at);
      for (int64_t chunk = 0; chunk < chunks_; ++chunk) {
        const uint64_t count = cursors[chunk * buckets + bucket];
        cursors[chunk * buckets + bucket] = at;
        at += count;
      }
    }
    starts_.push_back(at);
    each(chunks_, [&](int64_t chunk) {
      uint64_t* cursor = cursors.data() + chunk * buckets;
      for (uint64_t i = chunk * kChunk; i < end_of(chunk); ++i)
        entries_[cursor[buckets_[i]]++] = {keys_[i], static_cast<uint32_t>(i)};
    });
  }

  const OrderMaking& making_;
  uint64_t length_;
  int64_t chunks_;
  Untouched<double> keys_;
  Untouched<uint16_t> buckets_;
  Untouched<Entry> entries_;
  std::vector<double> borders_;
  std::vector<uint64_t> starts_;
};

}  // namespace

void weighted_order(const SampledOrder& order, const OrderMaking& making, uint32_t* out) {
  KeySort(order, making).first_rows(order.sampling->draws, out);
}

}  // namespace thalweg
