// Batches for a device that runs behind the host: data sets kept in its memory and
// gathered there by a row order; where one does not fit, brought batch by batch.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "backends/queued_backend.h"
#include "core/error.h"
#include "orders/order.h"
#include "train/batch_feed.h"
#include "train/plan.h"
#include "train/staged_batches.h"

namespace thalweg {

class DeviceBatches {
 public:
  explicit DeviceBatches(QueuedBackend& backend);

  // The order of the batches to come. Throws MEMORY, and Aborted.
  void set_order(const BatchSource& source);
  // Makes room for a data set, whole or for batches of its size. Throws MEMORY, and Aborted.
  void keep(const BatchSource& source);

  // Calls body(). Where it lacks memory, and data sets lie here, once more without them: they are
  // made again, or staged, when they are needed next. Nothing is in flight.
  template <class Body>
  void with_room(Body body) {
    try {
      return body();
    } catch (const Error& error) {
      const ErrorFields& fields = error.fields();
      const bool is_of_device = fields.code == "MEMORY" && fields.path != "memoryLimit";
      if (!is_of_device || known_.empty()) throw;
    }
    drop();
    body();
  }

  // A step's batch, in four moves. fetch() sees to it that its rows are, or will be, on
  // the device, and returns the position they begin at; load() queues them into the
  // plan, whose current batch they become, from that position, which it reads in the
  // device's memory when it runs; release() says that load() is queued.
  uint64_t fetch(const BatchSource& source, int64_t step);
  void load(const data::Dataset& dataset, const uint64_t* start, int64_t count, Plan& plan);
  void release();
  // All of that for one batch now: a step's, or a list of rows.
  void load_step(const BatchSource& source, int64_t step, Plan& plan);
  void load_rows(const data::Dataset& dataset, const std::vector<uint32_t>& rows, Plan& plan);

  // Changes when a data set leaves the device's memory.
  int64_t generation() const { return generation_; }
  size_t bytes() const;

 private:
  // A data set: whole on the device, or staged.
  struct Known {
    uint64_t serial = 0;
    ResidentData data = {};
    std::shared_ptr<void> inputs;
    std::shared_ptr<void> labels;
    size_t bytes = 0;
    std::unique_ptr<StagedBatches> staged;
  };
  Known& find(const data::Dataset& dataset, int64_t rows, const CancelFlag* cancel = nullptr);
  Known& find(const BatchSource& source);
  Known make(const data::Dataset& dataset, int64_t rows, const CancelFlag* cancel);
  void drop();
  void write_order(const RowOrder& order);
  void set_rows(const uint32_t* rows, int64_t count, const CancelFlag* cancel = nullptr);
  void load_now(const data::Dataset& dataset, uint64_t start, int64_t count, Plan& plan);

  QueuedBackend& backend_;
  std::vector<Known> known_;          // the latest used last
  StagedBatches* fetched_ = nullptr;  // that the last fetch() took a stage of
  std::vector<uint32_t> rows_;        // of the batch being fetched
  int64_t generation_ = 0;
  std::shared_ptr<void> order_;     // RowOrder
  std::shared_ptr<void> identity_;  // RowOrder
  std::shared_ptr<void> start_;     // uint64_t
  std::shared_ptr<void> list_;      // uint32_t [list_length_]
  int64_t list_length_ = 0;
};

class DeviceFeed final : public BatchFeed {
 public:
  DeviceFeed(const BatchSource& source, Plan& plan, DeviceBatches& batches);
  int64_t load(int64_t step) override;

 private:
  BatchSource source_;
  Plan& plan_;
  DeviceBatches& batches_;
};

}  // namespace thalweg
