#include "train/data/staged_batches.h"

namespace thalweg {

StagedBatches::StagedBatches(QueuedBackend& backend, const data::Dataset& dataset, int64_t rows)
    : backend_(backend), stage_rows_(rows) {
  const data::RowFormat& format = dataset.format();
  inputs_ = make(format.row_bytes(data::Column::kInputs));
  labels_ = make(format.row_bytes(data::Column::kLabels));
  weights_ = make(format.row_bytes(data::Column::kWeights));
  data_ = {format, inputs_.device.get(), labels_.device.get(),
           static_cast<const float*>(weights_.device.get())};
  data_.rows = kStages * rows;
  uploader_ = backend.make_batch_uploader(kStages);
}

StagedBatches::Stages StagedBatches::make(size_t row_bytes) {
  const size_t bytes = row_bytes * static_cast<size_t>(stage_rows_) * kStages;
  if (bytes == 0) return {};
  return {row_bytes, bytes, backend_.allocate_shared(bytes), backend_.memory().allocate(bytes)};
}

// Copies the rows into the stage's pinned memory and sends them off.
void StagedBatches::gather(const data::Dataset& dataset, data::Column column, const Stages& stages,
                           const std::vector<uint32_t>& rows) {
  if (stages.bytes == 0) return;
  const size_t begin = static_cast<size_t>(stage_) * stage_rows_ * stages.row_bytes;
  char* to = static_cast<char*>(stages.pinned.get()) + begin;
  dataset.copy(column, rows.data(), static_cast<int64_t>(rows.size()), to);
  uploader_->send(stage_, static_cast<char*>(stages.device.get()) + begin, to,
                  rows.size() * stages.row_bytes);
}

uint64_t StagedBatches::send(const data::Dataset& dataset, const std::vector<uint32_t>& rows) {
  stage_ = (stage_ + 1) % kStages;
  uploader_->wait(stage_);
  gather(dataset, data::Column::kInputs, inputs_, rows);
  gather(dataset, data::Column::kLabels, labels_, rows);
  gather(dataset, data::Column::kWeights, weights_, rows);
  uploader_->arrive(stage_);
  return static_cast<uint64_t>(stage_) * stage_rows_;
}

}  // namespace thalweg
