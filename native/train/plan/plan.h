// The order of a network's ops, forward and backward, over its buffers. Running statistics move
// only after the update.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "core/cancel.h"
#include "train/loop/memory_limit.h"
#include "train/plan/backward_plan.h"
#include "train/plan/network.h"
#include "train/plan/network_buffers.h"

namespace thalweg {

// The settings of a pass. Without training, dropout is the identity, and batch norm uses its
// running statistics unless batch_statistics is set.
struct RunMode {
  bool training = false;
  bool batch_statistics = false;
  uint64_t seed = 0;
  uint64_t step = 0;  // dropout's counters: the step, and the part of its batch
  uint64_t part = 0;
  const CancelFlag* cancel = nullptr;
  const double* dropout_rates = nullptr;  // one per dropout layer, in order; null: all 0
  // A queued step's draws of dropout [layers] and its halt flag, in device memory.
  const DropoutDraw* draws = nullptr;
  int32_t* halted = nullptr;
};

class Plan {
 public:
  // `arena` holds the layers' parameters in array 0 and their gradients in array 1. `statistics`
  // holds the layers' statistics. Everything but `arena` outlives the plan.
  Plan(const Network& network, const Arena& arena, const Arena& statistics,
       const MemoryLimit& limit, Backend& backend);

  // The current batch of these buffers is what the passes read.
  NetworkBuffers& buffers() { return buffers_; }
  const NetworkBuffers& buffers() const { return buffers_; }
  // Lets the layers read parameters at these places, in the arena's order, and statistics in that
  // array. Gradients stay where they are. The places outlive their use.
  void use(const std::vector<float*>& parameters, int statistics);
  const float* outputs() const { return outputs(network_.layers.size() - 1); }
  const float* outputs(size_t layer) const { return buffers_.value(layer + 1); }

  // Returns false where `cancel` was set, which is checked before each layer.
  bool forward(const RunMode& mode);
  // Computes the loss, and all gradients of its mean over the batch. Where `result` is null, the
  // loss stays in loss_place(), in the backend's memory. Returns false as forward() does.
  bool backward(const RunMode& mode, LossResult* result);
  // Computes the loss alone.
  void loss(LossResult* result);
  const LossResult* loss_place() const { return static_cast<LossResult*>(loss_place_.get()); }

  // Moves the statistics towards those of the last training pass. Call it after the update, so that
  // a step that fails leaves no trace. Nothing moves where *halted is set.
  void update_statistics(const int32_t* halted);
  // Returns the moments of each layer that saw any in the last forward pass.
  std::vector<SeenMoments> seen_moments();

  // The number of dropout's draws in a step, one per layer.
  size_t draw_count() const { return network_.layers.size(); }
  // Writes the draws that follow from the mode's seed, step, part and rates.
  void write_draws(const RunMode& mode, DropoutDraw* draws) const;

 private:
  // Returns the arrays of a layer for the current batch.
  LayerPass pass(size_t layer, const RunMode& mode);
  void run_loss(int32_t* halted);
  void read_loss(LossResult* result);
  void run(const BackwardStep& step, const RunMode& mode);

  const Network& network_;
  const Arena& statistics_;
  BackwardPlan backward_;
  Backend& backend_;
  NetworkBuffers buffers_;
  std::vector<const float*> read_;    // the values that the present layer reads
  std::shared_ptr<void> draws_;       // DropoutDraw [layers]
  std::shared_ptr<void> loss_place_;  // LossResult
};

}  // namespace thalweg
