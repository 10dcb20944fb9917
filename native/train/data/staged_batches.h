// Batches of a data set that stays on the host because the device has no room for it. Their rows
// are gathered into pinned memory and copied while earlier steps run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/queued_backend.h"
#include "data/dataset.h"

namespace thalweg {

class StagedBatches {
 public:
  // Makes stages for batches of at most `rows`. Throws MEMORY.
  StagedBatches(QueuedBackend& backend, const data::Dataset& dataset, int64_t rows);

  // Sends these rows of the data set and returns the position of the first in data(). Work queued
  // from here on finds them there, until release(). Waits only for a free stage.
  uint64_t send(const data::Dataset& dataset, const std::vector<uint32_t>& rows);
  void release() { uploader_->release(stage_); }

  // Returns all stages as one data set on the device.
  const ResidentData& data() const { return data_; }
  int64_t rows() const { return stage_rows_; }  // rows per stage
  size_t bytes() const { return inputs_.bytes + labels_.bytes + weights_.bytes; }

 private:
  // The stages of one column.
  struct Stages {
    size_t row_bytes = 0;
    size_t bytes = 0;  // in all stages
    std::shared_ptr<void> pinned;
    std::shared_ptr<void> device;
  };

  Stages make(size_t row_bytes);
  void gather(const data::Dataset& dataset, data::Column column, const Stages& stages,
              const std::vector<uint32_t>& rows);

  static constexpr int kStages = 4;

  QueuedBackend& backend_;
  int64_t stage_rows_;
  Stages inputs_;
  Stages labels_;
  Stages weights_;
  ResidentData data_ = {};
  int stage_ = 0;                            // the stage of the latest batch
  std::unique_ptr<BatchUploader> uploader_;  // waits for its copies before the memory is freed
};

}  // namespace thalweg
