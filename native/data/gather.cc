#include "data/gather.h"

#include <cstring>

#include "core/threads.h"

namespace thalweg::data {

namespace {

// Rows fetched ahead: enough to cover memory latency, few enough for the cache.
constexpr int64_t kAhead = 4;
constexpr int64_t kRowsPerPart = 16;

void prefetch_row(const char* row, int64_t bytes) {
  for (int64_t at = 0; at < bytes; at += 64) __builtin_prefetch(row + at);
}

void convert(const uint8_t* from, float* to, const Dataset& dataset) {
  const float scale = dataset.scale, offset = dataset.offset;
  for (int64_t i = 0; i < dataset.features; ++i)
    to[i] = static_cast<float>(from[i]) * scale + offset;
}

void copy_labels(const Gather& gather, int64_t at) {
  const Dataset& dataset = *gather.dataset;
  const int64_t row = gather.indices[at];
  if (dataset.label_type == LabelType::kSparse && gather.classes != nullptr)
    gather.classes[at] = static_cast<const int32_t*>(dataset.labels.data())[row];
  if (dataset.label_type == LabelType::kDense && gather.values != nullptr)
    std::memcpy(gather.values + at * dataset.label_width,
                static_cast<const float*>(dataset.labels.data()) + row * dataset.label_width,
                dataset.label_width * sizeof(float));
}

void gather_rows(const Gather& gather, int64_t first, int64_t last) {
  const Dataset& dataset = *gather.dataset;
  const bool bytes = dataset.feature_type == FeatureType::kUint8;
  const int64_t stride = dataset.features * (bytes ? 1 : 4);
  const char* base = static_cast<const char*>(dataset.inputs.data());
  for (int64_t at = first; at < last; ++at) {
    if (at + kAhead < last) prefetch_row(base + gather.indices[at + kAhead] * stride, stride);
    const char* from = base + gather.indices[at] * stride;
    float* to = gather.inputs + at * dataset.features;
    if (bytes)
      convert(reinterpret_cast<const uint8_t*>(from), to, dataset);
    else
      std::memcpy(to, from, stride);
    copy_labels(gather, at);
  }
}

}  // namespace

void gather_batch(const Gather& gather, int threads) {
  const int64_t parts = (gather.count + kRowsPerPart - 1) / kRowsPerPart;
  parallel_for(parts, threads, [&](int64_t part) {
    const int64_t first = part * kRowsPerPart;
    const int64_t end = first + kRowsPerPart;
    gather_rows(gather, first, end < gather.count ? end : gather.count);
  });
}

}  // namespace thalweg::data
