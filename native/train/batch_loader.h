// Brings rows into the plan as its current batch: checked once a data set, from the host's memory
// or the device's own copy.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "backends/backend.h"
#include "core/cancel.h"
#include "data/dataset.h"
#include "train/batch_feed.h"
#include "train/device_batches.h"
#include "train/network.h"
#include "train/plan.h"

namespace thalweg {

// How errors call the data set of a pass.
inline constexpr const char* kDatasetName = "dataset";

class BatchLoader {
 public:
  // All outlive it.
  BatchLoader(const Network& network, Plan& plan, Backend& backend);

  // RANGE unless an embedding can read the inputs of the data set, which errors call `name`,
  // and the loss its labels; it is looked at once.
  void check(const data::Dataset& dataset, const char* name, const CancelFlag* cancel);
  // The batches of the source, which is checked.
  std::unique_ptr<BatchFeed> feed(const BatchSource& source);
  // These rows of a data set.
  void load_rows(const data::Dataset& dataset, const std::vector<uint32_t>& rows);
  // inputs [rows, features], without labels.
  void load_inputs(const float* inputs, int64_t rows);
  // RANGE unless an embedding can read these inputs [rows, features].
  void check_inputs(const float* inputs, int64_t rows, const CancelFlag* cancel) const;

  // Returns when the device has done what was queued: other threads, whose queues are others, may
  // read its memory then. Throws DEVICE.
  void wait();
  // Null where the backend runs on the host.
  DeviceBatches* device() { return device_batches_.get(); }

 private:
  void reserve(int64_t rows, int64_t label_width);

  const Network& network_;
  Plan& plan_;
  Backend& backend_;
  std::set<uint64_t> checked_;  // serials of data sets
  std::unique_ptr<DeviceBatches> device_batches_;
};

}  // namespace thalweg
