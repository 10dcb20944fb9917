// A network's buffers and the order of its ops. Buffers grow with the batch and never shrink.
// Running statistics move only after the update.
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

// Where a batch goes: inputs [rows, features], and either classes [rows] or values [rows,
// label_width]. Classes and values share memory.
struct BatchPlace {
  float* inputs;
  int32_t* classes;
  float* values;
};

class Plan {
 public:
  // `arena` holds the layers' parameters in array 0 and their gradients in array 1. `statistics`
  // holds the layers' statistics. Everything but `arena` outlives the plan.
  Plan(const Network& network, const Arena& arena, const Arena& statistics,
       const MemoryLimit& limit, Backend& backend);

  // Makes room for batches of up to `rows` in `sides` places. One place is current, and another may
  // be filled meanwhile. Throws OVERFLOW or MEMORY; the old room stays then.
  void reserve(int64_t rows, int64_t label_width, int sides = 1);
  BatchPlace place(int turns = 0) const;  // the current place, or that after `turns`
  void turn() { side_ = (side_ + 1) % sides_; }
  // Sets the size of the current batch, which is at most as large as reserved.
  void set_batch(int64_t rows, bool sparse_labels);
  // Lets the layers read parameters at these places, in the arena's order, and statistics in that
  // array. Gradients stay where they are. The places outlive their use.
  void use(const std::vector<float*>& parameters, int statistics);
  const float* outputs() const { return outputs(network_.layers.size() - 1); }
  const float* outputs(size_t layer) const { return value(layer + 1); }

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

  // Returns a number that changes when the buffers move.
  int64_t generation() const { return generation_; }

  // The number of dropout's draws in a step, one per layer.
  size_t draw_count() const { return network_.layers.size(); }
  // Writes the draws that follow from the mode's seed, step, part and rates.
  void write_draws(const RunMode& mode, DropoutDraw* draws) const;

  size_t bytes() const {
    return inputs_.bytes() + buffers_.bytes() + labels_.bytes() + rows_.bytes();
  }

 private:
  float* value(size_t index) const {
    return index == 0 ? inputs_.tensor(side_, 0) : buffers_.tensor(0, index);
  }
  // Returns the arrays of a layer for the current batch.
  LayerPass pass(size_t layer, const RunMode& mode);
  void check_sizes(int64_t rows, int64_t label_width) const;
  float* gradient(int slot) const {
    return slot == kNoSlot ? nullptr : buffers_.tensor(0, 2 * network_.layers.size() + 1 + slot);
  }
  // The number of float32 values that ops need for a moment; 0 where the host computes.
  int64_t scratch_length(int64_t rows) const;
  void run_loss(float* gradient, int32_t* halted);
  void read_loss(LossResult* result);
  void run(const BackwardStep& step, const RunMode& mode);

  const Network& network_;
  const Arena& statistics_;
  const MemoryLimit& limit_;
  BackwardPlan backward_;
  Backend& backend_;
  Arena inputs_;                      // one array per side
  Arena buffers_;                     // workspace, values 1..n, kept, slots of gradients
  std::vector<const float*> read_;    // the values that the present layer reads
  Arena labels_;                      // one array per side
  Arena rows_;                        // each row's loss (double) and correctness, scratch
  std::shared_ptr<void> draws_;       // DropoutDraw [layers]
  std::shared_ptr<void> loss_place_;  // LossResult
  int64_t generation_ = 0;
  int64_t rows_reserved_ = 0;
  int64_t label_width_ = 0;
  int sides_ = 1;
  int side_ = 0;
  int64_t batch_rows_ = 0;
  bool sparse_ = false;
};

}  // namespace thalweg
