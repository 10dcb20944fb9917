// Brings rows into the network's buffers as the current batch, from the host's memory or from the
// device's copy. Each data set is checked once.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "backends/backend.h"
#include "core/cancel.h"
#include "data/dataset.h"
#include "train/data/batch_feed.h"
#include "train/data/device_batches.h"
#include "train/plan/network.h"
#include "train/plan/network_buffers.h"

namespace thalweg {

// The name of a pass's data set in errors.
inline constexpr const char* kDatasetName = "dataset";

class BatchLoader {
 public:
  // All arguments outlive the loader.
  BatchLoader(const Network& network, NetworkBuffers& buffers, Backend& backend);

  // Throws RANGE unless an embedding can read the data set's inputs and the loss its labels. Errors
  // call the data set `name`. Each data set is checked once.
  void check(const data::Dataset& dataset, const char* name, const CancelFlag* cancel);
  // Returns the batches of the source, after a check of its data set.
  std::unique_ptr<BatchFeed> feed(const BatchSource& source);
  // Loads these rows of a data set, after a check of it.
  void load_rows(const data::Dataset& dataset, const std::vector<uint32_t>& rows);
  // Loads inputs [rows, features] without labels.
  void load_inputs(const float* inputs, int64_t rows);
  // Throws RANGE unless an embedding can read these inputs [rows, features].
  void check_inputs(const float* inputs, int64_t rows, const CancelFlag* cancel) const;

  // Waits until the device has done all queued work. Other threads, which have queues of their own,
  // may then read its memory. Throws DEVICE.
  void wait();
  // Returns null where the backend runs on the host.
  DeviceBatches* device() { return device_batches_.get(); }

 private:
  void reserve(int64_t rows, int64_t label_width);

  const Network& network_;
  NetworkBuffers& buffers_;
  Backend& backend_;
  std::set<uint64_t> checked_;  // serials of the data sets that passed
  std::unique_ptr<DeviceBatches> device_batches_;
};

}  // namespace thalweg
