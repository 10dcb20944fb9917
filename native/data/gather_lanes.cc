// Vector lanes of the gather. They prefetch rows, because the hardware cannot guess random
// addresses.
#include "core/macros.h"
#include "data/gather.h"

namespace thalweg::data::THALWEG_LANES {

namespace {

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

THALWEG_INLINE void copy_row(const RowArrays& source, const char* from, int64_t bytes, float* to) {
  if (source.feature_type == FeatureType::kUint8)
    convert(reinterpret_cast<const uint8_t*>(from), to, source.features, source.scale,
            source.offset);
  else
    __builtin_memcpy(to, from, bytes);
}

void gather_inputs(const RowArrays& source, const Gather& batch, int64_t first, int64_t last) {
  const int64_t bytes =
      source.features * (source.feature_type == FeatureType::kUint8 ? 1 : sizeof(float));
  const char* base = static_cast<const char*>(source.inputs);
  const int64_t ahead = 1 + kBytesAhead / (bytes > 0 ? bytes : 1);
  const int64_t fetched = bytes < 2 * kBytesAhead ? bytes : 2 * kBytesAhead;
  for (int64_t at = first; at < first + ahead && at < last; ++at)
    prefetch_row(base + batch.indices[at] * bytes, fetched);
  for (int64_t at = first; at < last; ++at) {
    if (at + ahead < last) prefetch_row(base + batch.indices[at + ahead] * bytes, fetched);
    float* to = batch.inputs + at * source.features;
    if (batch.indices[at] < source.rows)
      copy_row(source, base + batch.indices[at] * bytes, bytes, to);
    else
      __builtin_memset(to, 0, source.features * sizeof(float));
  }
}

void gather_labels(const RowArrays& source, const Gather& batch, int64_t first, int64_t last) {
  const bool sparse = source.label_type == LabelType::kSparse && batch.classes != nullptr;
  const bool dense = source.label_type == LabelType::kDense && batch.values != nullptr;
  const int64_t width = source.label_width;
  const auto* classes = static_cast<const int32_t*>(source.labels);
  const auto* values = static_cast<const float*>(source.labels);
  for (int64_t at = first; sparse && at < last; ++at)
    batch.classes[at] = batch.indices[at] < source.rows ? classes[batch.indices[at]] : -1;
  for (int64_t at = first; dense && at < last; ++at)
    for (int64_t i = 0; i < width; ++i)
      batch.values[at * width + i] =
          batch.indices[at] < source.rows ? values[batch.indices[at] * width + i] : 0.0f;
}

void gather_weights(const RowArrays& source, const Gather& batch, int64_t first, int64_t last) {
  if (source.weights == nullptr || batch.weights == nullptr) return;
  for (int64_t at = first; at < last; ++at)
    batch.weights[at] = batch.indices[at] < source.rows ? source.weights[batch.indices[at]] : 0.0f;
}

void gather(const RowArrays& source, const Gather& batch, int64_t first, int64_t last) {
  gather_inputs(source, batch, first, last);
  gather_labels(source, batch, first, last);
  gather_weights(source, batch, first, last);
}

}  // namespace

const GatherLane kGatherLane = {&gather};

}  // namespace thalweg::data::THALWEG_LANES
