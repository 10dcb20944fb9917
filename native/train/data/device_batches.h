// Brings batches to a device that runs behind the host. A data set that fits lies in the device's
// memory and is gathered there. Any other data set is sent batch by batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "backends/queued_backend.h"
#include "core/error.h"
#include "orders/order.h"
#include "train/data/batch_feed.h"
#include "train/data/staged_batches.h"
#include "train/plan/network_buffers.h"

namespace thalweg {

class DeviceBatches {
 public:
  explicit DeviceBatches(QueuedBackend& backend);

  // Writes the order of the next batches to the device. Throws MEMORY and Aborted.
  void set_order(const BatchSource& source);
  // Copies the data set to the device, or makes room there for batches of its size. Throws MEMORY
  // and Aborted.
  void keep(const BatchSource& source);

  // Calls body(). Where it lacks memory, drops the device's data sets and calls it again. A dropped
  // data set is copied or staged again at its next use. No step may be in flight.
  template <class Body>
  void with_room(Body body) {
    try {
      return body();
    } catch (const Error& error) {
      const ErrorFields& fields = error.fields();
      const bool is_of_device = fields.code == ErrorCode::kMemory && fields.path != "memoryLimit";
      if (!is_of_device || cached_.empty()) throw;
    }
    drop();
    body();
  }

  // A step's batch takes three calls. fetch() brings its rows to the device, or has them on their
  // way, and returns the position of the first.
  uint64_t fetch(const BatchSource& source, int64_t step);
  // Queues the gather of `count` rows as the current batch. The device reads the position of
  // the first row from *start when the gather runs.
  void load(const data::Dataset& dataset, const uint64_t* start, int64_t count,
            NetworkBuffers& buffers);
  // Frees the stage that fetch() took. load() must be queued by then.
  void release();
  // Makes all three calls for one batch: the batch of a step, or a list of rows.
  void load_step(const BatchSource& source, int64_t step, NetworkBuffers& buffers);
  void load_rows(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                 NetworkBuffers& buffers);

  // Waits until the device has done all that this thread queued. Throws DEVICE.
  void wait();
  // Returns a number that changes when a data set leaves the device's memory.
  int64_t generation() const { return generation_; }
  size_t bytes() const;

 private:
  // A data set that lies on the device whole, or is staged.
  struct CachedDataset {
    uint64_t serial = 0;
    ResidentData data = {};
    std::shared_ptr<void> inputs;
    std::shared_ptr<void> labels;
    std::shared_ptr<void> weights;
    size_t bytes = 0;
    std::unique_ptr<StagedBatches> staged;
  };
  CachedDataset& find(const data::Dataset& dataset, int64_t rows,
                      const CancelFlag* cancel = nullptr);
  CachedDataset& find(const BatchSource& source);
  CachedDataset make(const data::Dataset& dataset, int64_t rows, const CancelFlag* cancel);
  void drop();
  void write_order(const RowOrder& order);
  void set_rows(const uint32_t* rows, int64_t count, const CancelFlag* cancel = nullptr);
  void load_now(const data::Dataset& dataset, uint64_t start, int64_t count,
                NetworkBuffers& buffers);

  QueuedBackend& backend_;
  std::vector<CachedDataset> cached_;  // the latest used one is last
  StagedBatches* fetched_ = nullptr;   // the stages that fetch() took one of; or null
  std::vector<uint32_t> rows_;         // the rows of the batch being fetched
  int64_t generation_ = 0;
  std::shared_ptr<void> order_;     // RowOrder
  std::shared_ptr<void> identity_;  // RowOrder
  std::shared_ptr<void> start_;     // uint64_t
  std::shared_ptr<void> list_;      // uint32_t [list_length_]
  int64_t list_length_ = 0;
};

class DeviceFeed final : public BatchFeed {
 public:
  DeviceFeed(const BatchSource& source, NetworkBuffers& buffers, DeviceBatches& batches);
  int64_t load(int64_t step) override;

 private:
  BatchSource source_;
  NetworkBuffers& buffers_;
  DeviceBatches& batches_;
};

}  // namespace thalweg
