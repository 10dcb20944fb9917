// Passes over data that take no step: evaluation, prediction, gradients, running statistics.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "core/function_ref.h"
#include "data/dataset.h"
#include "train/batch_loader.h"
#include "train/engine_options.h"
#include "train/memory_limit.h"
#include "train/metric_sums.h"
#include "train/plan.h"
#include "train/train_request.h"
#include "train/train_state.h"

namespace thalweg {

// What a pass works with; all of it outlives the passes.
struct PassContext {
  const EngineOptions& options;
  Backend& backend;
  MemoryLimit& memory;
  TrainState& state;
  Plan& plan;
  BatchLoader& batches;

  // MEMORY where so many more bytes would pass the trainer's limit.
  void require_memory(size_t more) const { memory.require(plan.bytes() + more); }
};

class Passes {
 public:
  explicit Passes(const PassContext& context) : context_(context) {}

  // Adds the rows' outputs to `sums`, where it is not null.
  Metrics evaluate(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                   Weights weights, MetricSums* sums);
  // inputs [rows, features] → outputs [rows, outputs]
  void predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
               const CancelFlag& cancel, Weights weights);
  // Gradients of the mean loss over a whole data set, without a step or dropout, summed in double
  // over batches in order; `gradient` holds all tensors one after another.
  Metrics full_gradients(const data::Dataset& dataset, int64_t batch_size, double* gradient,
                         const CancelFlag& cancel);
  // Gradients of the mean loss over the given rows of a data set, into the state's gradients;
  // `dropout_rates`: as the next step has them, with these and batch statistics; null: without.
  double gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                   const std::vector<double>* dropout_rates);
  // Makes running statistics those of the whole data set at the present weights, each layer
  // normalising by the batch's; nothing changes before all is through. Throws ABORTED.
  // Statistics of frozen layers stay. Averaged weights then have some of their own, until the
  // next step or load.
  void refresh_statistics(const data::Dataset& dataset, int64_t batch_size,
                          const CancelFlag& cancel, Weights weights);

 private:
  void each_batch(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                  FunctionRef<void(int64_t rows)> body);
  void add_outputs(int64_t rows, bool sparse, MetricSums& sums);
  void share_frozen_statistics();
  size_t dropout_count() const;

  PassContext context_;
};

}  // namespace thalweg
