// Gathers the batches of an epoch into a network's buffers, one after another.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "orders/order.h"
#include "train/data/prefetch.h"
#include "train/plan/network_buffers.h"

namespace thalweg {

// Says which rows the batches hold. Steps count from the beginning of the epoch.
struct BatchSource {
  const data::Dataset* dataset;
  const Order* order;
  int64_t batch_size;
  int64_t steps;  // the number of batches in the epoch
  // The job's flag, checked while a data set is copied; may be null.
  const CancelFlag* cancel = nullptr;
};

inline BatchFormat batch_format(const data::RowFormat& format) {
  return {.sparse_labels = format.is_sparse(), .weighted = format.weighted};
}

inline int64_t rows_of(const BatchSource& source, int64_t step) {
  const int64_t rest = static_cast<int64_t>(source.order->length()) - step * source.batch_size;
  return rest < source.batch_size ? rest : source.batch_size;
}

// The buffers and everything that the source names outlive the feed.
class BatchFeed {
 public:
  virtual ~BatchFeed() = default;
  // Makes the batch of a step the current one. Returns the number of its rows.
  virtual int64_t load(int64_t step) = 0;
};

// Gathers on the host. Where a processor is free, a large batch is gathered during the step before.
class HostFeed final : public BatchFeed {
 public:
  HostFeed(const BatchSource& source, NetworkBuffers& buffers);
  int64_t load(int64_t step) override;

 private:
  void gather(int64_t step, const BatchPlace& place, int threads);
  bool begin(int64_t step);

  BatchSource source_;
  NetworkBuffers& buffers_;
  bool ahead_ = false;
  int64_t next_ = -1;  // the step whose batch is gathered ahead; -1: none
  std::vector<uint32_t> indices_;
  Prefetch prefetch_;
};

}  // namespace thalweg
