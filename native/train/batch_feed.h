// The batches of an epoch, gathered into a plan one after another; large ones, with
// a processor to spare, while the step before runs.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/cpu/order.h"
#include "data/dataset.h"
#include "train/plan.h"
#include "train/prefetch.h"

namespace thalweg {

// Where the batches come from. Steps are counted from the beginning of the epoch.
struct BatchSource {
  const data::Dataset* dataset;
  const Order* order;
  int64_t batch_size;
  int64_t steps;  // of the epoch
};

class BatchFeed {
 public:
  // All that `source` names, and the plan, outlive the feed.
  BatchFeed(const BatchSource& source, Plan& plan);
  // Makes the batch of a step the plan's current one. Returns its rows.
  int64_t load(int64_t step);

 private:
  int64_t rows_of(int64_t step) const;
  void gather(int64_t step, const BatchPlace& place, int threads);

  BatchSource source_;
  Plan& plan_;
  bool ahead_ = false;
  int64_t next_ = -1;  // the step whose batch is being, or was, gathered ahead
  std::vector<uint32_t> indices_;
  Prefetch prefetch_;
};

}  // namespace thalweg
