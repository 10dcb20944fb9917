// Batches of a data set that stays on the host because the device has no room for
// it: their rows are gathered into pinned memory and copied while earlier steps run.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/queued_backend.h"
#include "data/dataset.h"

namespace thalweg {

class StagedBatches {
 public:
  // For batches of at most `rows`. Throws MEMORY.
  StagedBatches(QueuedBackend& backend, const data::Dataset& dataset, int64_t rows);

  // Brings these rows of the data set as the next batch; work queued from here on finds
  // them in data(), from the row returned on, and release() says that it has its fill.
  // Waits only for a stage to be free.
  uint64_t send(const data::Dataset& dataset, const std::vector<uint32_t>& rows);
  void release() { courier_->release(stage_); }

  // All stages, as one data set on the device.
  const ResidentData& data() const { return data_; }
  int64_t rows() const { return stage_rows_; }  // of a stage
  size_t bytes() const { return inputs_.bytes + labels_.bytes; }

 private:
  // What is gathered in one piece: inputs, or labels.
  struct Column {
    size_t row_bytes = 0;
    size_t bytes = 0;  // of all stages
    std::shared_ptr<void> pinned;
    std::shared_ptr<void> device;
  };

  Column make(size_t row_bytes);
  void gather(const Column& column, const HostMemory& from, const std::vector<uint32_t>& rows);

  static constexpr int kStages = 4;

  QueuedBackend& backend_;
  int64_t stage_rows_;
  Column inputs_;
  Column labels_;
  ResidentData data_ = {};
  int stage_ = 0;                     // of the latest batch
  std::unique_ptr<Courier> courier_;  // ends, with its copies, before the memory
};

}  // namespace thalweg
