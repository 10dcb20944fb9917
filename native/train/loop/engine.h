// The native training engine: one network, its state, its training loop and its other passes. It
// runs on one thread at a time (a trainer's JobThread) and knows nothing of JavaScript.
#pragma once

#include "train/data/batch_loader.h"
#include "train/loop/engine_options.h"
#include "train/loop/memory_limit.h"
#include "train/loop/passes.h"
#include "train/loop/train_state.h"
#include "train/loop/training_loop.h"
#include "train/plan/plan.h"

namespace thalweg {

class Engine {
 public:
  // Throws MEMORY, before it allocates anything, where the options exceed their limit.
  explicit Engine(EngineOptions options);
  // The parts refer to one another, so an engine cannot be copied.
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  TrainState& state() { return state_; }
  const TrainState& state() const { return state_; }
  TrainingLoop& loop() { return loop_; }
  Passes& passes() { return passes_; }

  LossKind loss_kind() const { return options_.network.loss; }
  // The number of values in a row of inputs, and of outputs.
  int64_t input_width() const { return options_.network.inputs(); }
  int64_t output_width() const { return options_.network.outputs(); }

  size_t bytes() const { return memory_.held + plan_.buffers().bytes(); }
  // Throws MEMORY where so many more bytes would exceed the trainer's limit.
  void require_memory(size_t more) const { memory_.require(plan_.buffers().bytes() + more); }

 private:
  PassContext context() { return {options_, backend_, memory_, state_, plan_, batches_}; }

  EngineOptions options_;
  Backend& backend_;
  MemoryLimit memory_;
  TrainState state_;
  Plan plan_;
  BatchLoader batches_;
  TrainingLoop loop_;
  Passes passes_;
};

}  // namespace thalweg
