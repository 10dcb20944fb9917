// Passes over data that take no step: evaluation, prediction, gradients, running statistics.
#pragma once

#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "core/function_ref.h"
#include "data/dataset.h"
#include "train/data/batch_loader.h"
#include "train/loop/engine_options.h"
#include "train/loop/memory_limit.h"
#include "train/loop/train_request.h"
#include "train/loop/train_state.h"
#include "train/plan/plan.h"
#include "train/watch/metric_sums.h"

namespace thalweg {

// The parts that a pass works with. All of them outlive the passes.
struct PassContext {
  const EngineOptions& options;
  Backend& backend;
  MemoryLimit& memory;
  TrainState& state;
  Plan& plan;
  BatchLoader& batches;

  // Throws MEMORY where so many more bytes would exceed the trainer's limit.
  void require_memory(size_t more) const { memory.require(plan.buffers().bytes() + more); }
};

class Passes {
 public:
  explicit Passes(const PassContext& context) : context_(context) {}

  // Returns the sums over all rows. Adds the rows' outputs to `sums` unless it is null.
  Metrics evaluate(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                   Weights weights, MetricSums* sums);
  // Reads inputs [rows, features] and writes outputs [rows, outputs].
  void predict(const float* inputs, int64_t rows, int64_t batch_size, float* outputs,
               const CancelFlag& cancel, Weights weights);
  // Computes the gradients of the mean loss over a whole data set, without a step or dropout. They
  // are summed in double over the batches in order. `gradient` holds all tensors one after another.
  Metrics full_gradients(const data::Dataset& dataset, int64_t batch_size, double* gradient,
                         const CancelFlag& cancel);
  // Computes the gradients of the mean loss over these rows into the state's, and returns the loss.
  // `dropout_rates` turn on the next step's dropout and batch statistics; null: neither.
  double gradients(const data::Dataset& dataset, const std::vector<uint32_t>& rows,
                   const std::vector<double>* dropout_rates);
  // Sets running statistics to those of the whole data set at the present weights, once the pass is
  // complete. Throws ABORTED. Frozen layers keep theirs. Averaged weights get statistics of their
  // own until the next step or load.
  void refresh_statistics(const data::Dataset& dataset, int64_t batch_size,
                          const CancelFlag& cancel, Weights weights);

 private:
  void each_batch(const data::Dataset& dataset, int64_t batch_size, const CancelFlag& cancel,
                  FunctionRef<void(int64_t rows)> body);
  void add_outputs(int64_t rows, bool sparse, MetricSums& sums);
  void share_frozen_statistics();

  PassContext context_;
};

}  // namespace thalweg
