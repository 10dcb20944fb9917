// Vector lanes of the gather. They prefetch rows, because the hardware cannot guess random
// addresses.
#include "orders/lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

using data::Dataset;
using data::FeatureType;
using data::LabelType;

// The number of bytes that are prefetched. It hides the latency of memory and fits the first-level
// cache.
constexpr int64_t kBytesAhead = 4096;
constexpr int64_t kCacheLine = 64;

THALWEG_INLINE void prefetch_row(const char* row, int64_t bytes) {
  for (int64_t at = 0; at < bytes; at += kCacheLine) __builtin_prefetch(row + at);
}

void convert(const uint8_t* __restrict from, float* __restrict to, int64_t count, float scale,
             float offset) {
  for (int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(from[i]) * scale + offset;
}

THALWEG_INLINE void copy_row(const Dataset& dataset, const char* from, int64_t bytes, float* to) {
  if (dataset.feature_type == FeatureType::kUint8)
    convert(reinterpret_cast<const uint8_t*>(from), to, dataset.features, dataset.scale,
            dataset.offset);
  else
    __builtin_memcpy(to, from, bytes);
}

void gather_inputs(const Gather& gather, int64_t first, int64_t last) {
  const Dataset& dataset = *gather.dataset;
  const int64_t bytes =
      dataset.features * (dataset.feature_type == FeatureType::kUint8 ? 1 : sizeof(float));
  const char* base = static_cast<const char*>(dataset.inputs.data());
  const int64_t ahead = 1 + kBytesAhead / (bytes > 0 ? bytes : 1);
  const int64_t fetched = bytes < 2 * kBytesAhead ? bytes : 2 * kBytesAhead;
  for (int64_t at = first; at < first + ahead && at < last; ++at)
    prefetch_row(base + gather.indices[at] * bytes, fetched);
  for (int64_t at = first; at < last; ++at) {
    if (at + ahead < last) prefetch_row(base + gather.indices[at + ahead] * bytes, fetched);
    float* to = gather.inputs + at * dataset.features;
    if (gather.indices[at] < dataset.rows)
      copy_row(dataset, base + gather.indices[at] * bytes, bytes, to);
    else
      __builtin_memset(to, 0, dataset.features * sizeof(float));
  }
}

void gather_labels(const Gather& gather, int64_t first, int64_t last) {
  const Dataset& dataset = *gather.dataset;
  const bool sparse = dataset.label_type == LabelType::kSparse && gather.classes != nullptr;
  const bool dense = dataset.label_type == LabelType::kDense && gather.values != nullptr;
  const int64_t width = dataset.label_width;
  const auto* classes = static_cast<const int32_t*>(dataset.labels.data());
  const auto* values = static_cast<const float*>(dataset.labels.data());
  for (int64_t at = first; sparse && at < last; ++at)
    gather.classes[at] = gather.indices[at] < dataset.rows ? classes[gather.indices[at]] : -1;
  for (int64_t at = first; dense && at < last; ++at)
    for (int64_t i = 0; i < width; ++i)
      gather.values[at * width + i] =
          gather.indices[at] < dataset.rows ? values[gather.indices[at] * width + i] : 0.0f;
}

}  // namespace

void lane_gather(const Gather& gather, int64_t first, int64_t last) {
  gather_inputs(gather, first, last);
  gather_labels(gather, first, last);
}

}  // namespace thalweg::THALWEG_LANES
