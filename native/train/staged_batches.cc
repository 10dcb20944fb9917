#include "train/staged_batches.h"

#include <algorithm>
#include <cstring>

#include "core/round.h"
#include "core/threads.h"

namespace thalweg {

namespace {

constexpr size_t kBytesPerPart = size_t{1} << 18;  // a thread copies so many at a time

size_t input_bytes(const data::Dataset& dataset) {
  return dataset.features * (dataset.feature_type == data::FeatureType::kUint8 ? 1 : sizeof(float));
}
size_t label_bytes(const data::Dataset& dataset) {
  if (dataset.label_type == data::LabelType::kNone) return 0;
  return dataset.label_width * sizeof(float);  // a class index is as large
}

}  // namespace

StagedBatches::StagedBatches(QueuedBackend& backend, const data::Dataset& dataset, int64_t rows)
    : backend_(backend), stage_rows_(rows) {
  inputs_ = make(input_bytes(dataset));
  labels_ = make(label_bytes(dataset));
  data_ = {.inputs = inputs_.device.get(),
           .labels = labels_.device.get(),
           .feature_type = dataset.feature_type,
           .label_type = dataset.label_type,
           .scale = dataset.scale,
           .offset = dataset.offset,
           .rows = kStages * rows,
           .features = dataset.features,
           .label_width = dataset.label_width};
  courier_ = backend.make_courier(kStages);
}

StagedBatches::Column StagedBatches::make(size_t row_bytes) {
  const size_t bytes = row_bytes * static_cast<size_t>(stage_rows_) * kStages;
  if (bytes == 0) return {};
  return {row_bytes, bytes, backend_.allocate_shared(bytes), backend_.memory().allocate(bytes)};
}

// Copies the rows into the stage's pinned memory, on several threads, and sends them off.
void StagedBatches::gather(const Column& column, const HostMemory& from,
                           const std::vector<uint32_t>& rows) {
  if (column.bytes == 0) return;
  const size_t width = column.row_bytes;
  const size_t begin = static_cast<size_t>(stage_) * stage_rows_ * width;
  char* to = static_cast<char*>(column.pinned.get()) + begin;
  const auto* source = static_cast<const char*>(from.data());
  const auto per_part = static_cast<int64_t>(std::max<size_t>(1, kBytesPerPart / width));
  const auto count = static_cast<int64_t>(rows.size());
  parallel_for(ceil_div(count, per_part), thread_count(), [&](int64_t part) {
    for (int64_t i = part * per_part; i < std::min(count, (part + 1) * per_part); ++i)
      std::memcpy(to + i * width, source + rows[i] * width, width);
  });
  courier_->send(stage_, static_cast<char*>(column.device.get()) + begin, to, count * width);
}

uint64_t StagedBatches::send(const data::Dataset& dataset, const std::vector<uint32_t>& rows) {
  stage_ = (stage_ + 1) % kStages;
  courier_->wait(stage_);
  gather(inputs_, dataset.inputs, rows);
  gather(labels_, dataset.labels, rows);
  courier_->arrive(stage_);
  return static_cast<uint64_t>(stage_) * stage_rows_;
}

}  // namespace thalweg
