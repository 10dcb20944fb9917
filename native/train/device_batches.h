// Batches for a device that runs behind the host: data sets kept in its memory, and
// gathered there by a row order.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/cpu/order.h"
#include "backends/queued_backend.h"
#include "train/batch_feed.h"
#include "train/plan.h"

namespace thalweg {

class DeviceBatches {
 public:
  explicit DeviceBatches(QueuedBackend& backend);

  // The order of the next batches: an epoch's, or a list of rows.
  void set_order(const Order& order);
  void set_rows(const uint32_t* rows, int64_t count);
  // Copies a data set to the device, where it is not there yet. Throws MEMORY.
  void keep(const data::Dataset& dataset) { resident(dataset); }
  // Queues `count` rows, at positions `start` and on, into the plan, whose current
  // batch they become; keeps the data set first.
  void load(const data::Dataset& dataset, uint64_t start, int64_t count, Plan& plan);
  // The same with *start in the device's memory, read when the rows are gathered.
  void load(const data::Dataset& dataset, const uint64_t* start, int64_t count, Plan& plan);
  // Changes when a data set leaves the device's memory.
  int64_t generation() const { return generation_; }
  size_t bytes() const;

 private:
  struct Resident {
    uint64_t serial = 0;
    std::shared_ptr<void> inputs;
    std::shared_ptr<void> labels;
    size_t bytes = 0;
  };
  const Resident& resident(const data::Dataset& dataset);
  void write_order(const RowOrder& order);

  QueuedBackend& backend_;
  std::vector<Resident> residents_;  // the latest used last
  int64_t generation_ = 0;
  std::shared_ptr<void> order_;  // RowOrder
  std::shared_ptr<void> start_;  // uint64_t
  std::shared_ptr<void> list_;   // uint32_t [list_length_]
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
