// The batches of an epoch, gathered into a plan one after another.
#pragma once

#include <cstdint>
#include <vector>

#include "data/dataset.h"
#include "orders/order.h"
#include "train/plan.h"
#include "train/prefetch.h"

namespace thalweg {

// Where the batches come from. Steps are counted from the beginning of the epoch.
struct BatchSource {
  const data::Dataset* dataset;
  const Order* order;
  int64_t batch_size;
  int64_t steps;                       // of the epoch
  const CancelFlag* cancel = nullptr;  // or null: of the job, asked for where a data set is copied
};

inline int64_t rows_of(const BatchSource& source, int64_t step) {
  const int64_t rest = static_cast<int64_t>(source.order->length()) - step * source.batch_size;
  return rest < source.batch_size ? rest : source.batch_size;
}

// All that the source names, and the plan, outlive the feed.
class BatchFeed {
 public:
  virtual ~BatchFeed() = default;
  // Makes the batch of a step the plan's current one. Returns its rows.
  virtual int64_t load(int64_t step) = 0;
};

// Gathers on the host; large batches, with a processor to spare, while the step
// before runs.
class HostFeed final : public BatchFeed {
 public:
  HostFeed(const BatchSource& source, Plan& plan);
  int64_t load(int64_t step) override;

 private:
  void gather(int64_t step, const BatchPlace& place, int threads);
  bool begin(int64_t step);

  BatchSource source_;
  Plan& plan_;
  bool ahead_ = false;
  int64_t next_ = -1;  // the step whose batch is being, or was, gathered ahead
  std::vector<uint32_t> indices_;
  Prefetch prefetch_;
};

}  // namespace thalweg
