// A network's buffers and the order of its ops: forward keeps what backward
// needs, backward fills the gradient arena, and running statistics move when a step
// is through. Buffers grow with the batch and stay.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "core/cancel.h"
#include "train/backward_plan.h"
#include "train/memory_limit.h"
#include "train/network.h"

namespace thalweg {

// How a pass runs. Without training, dropout is the identity, and batch norm uses its
// running statistics, unless told to use the batch's.
struct RunMode {
  bool training = false;
  bool batch_statistics = false;
  uint64_t seed = 0;
  uint64_t step = 0;  // dropout's counters: the step, and the part of its batch
  uint64_t part = 0;
  const CancelFlag* cancel = nullptr;
  const double* dropout_rates = nullptr;  // in the order of such layers; null: all 0
  // Of a queued step: dropout's draws [layers] and the halt, in device memory.
  const DropoutDraw* draws = nullptr;
  int32_t* halted = nullptr;
};

// Where a batch goes: inputs [rows, features], and by kind of labels classes
// [rows] or values [rows, label_width], which share memory.
struct BatchPlace {
  float* inputs;
  int32_t* classes;
  float* values;
};

class Plan {
 public:
  // `arena`: the layers' parameters in array 0, their gradients in array 1. `statistics`: the
  // layers' statistics. All but the arena outlive the plan.
  Plan(const Network& network, const Arena& arena, const Arena& statistics,
       const MemoryLimit& limit, Backend& backend);

  // Makes room for batches of up to `rows`, with `sides` places to gather them: one
  // is current, the other, where there is one, may be filled meanwhile. Throws OVERFLOW
  // or MEMORY; the old room is there then.
  void reserve(int64_t rows, int64_t label_width, int sides = 1);
  BatchPlace place(int turns = 0) const;  // current, or after `turns`
  void turn() { side_ = (side_ + 1) % sides_; }
  // The current batch, at most as large as reserved.
  void set_batch(int64_t rows, bool sparse_labels);
  // Parameters are read from here on at these places, in the arena's order; gradients
  // stay where they are. Statistics are those of that array. They outlive their use.
  void use(const std::vector<float*>& parameters, int statistics);
  const float* outputs() const { return outputs(network_.layers.size() - 1); }
  const float* outputs(size_t layer) const { return value(layer + 1); }

  // Each op asks `cancel` first; false when it was set.
  bool forward(const RunMode& mode);
  // The loss, and all gradients of its mean over the batch. Without `result` the
  // loss stays where it is: in loss_place(), in the backend's memory.
  bool backward(const RunMode& mode, LossResult* result);
  // The loss alone.
  void loss(LossResult* result);
  const LossResult* loss_place() const { return static_cast<LossResult*>(loss_place_.get()); }

  // Statistics move towards what the last forward pass of a training step saw: once its update is
  // through, so that a step that fails leaves no trace. Nothing moves where *halted is set.
  void update_statistics(const int32_t* halted);
  // Of each layer that saw any in the last forward pass.
  std::vector<SeenMoments> seen_moments();

  // Changes when the buffers move.
  int64_t generation() const { return generation_; }

  // Dropout's draws of a step, one a layer.
  size_t draw_count() const { return network_.layers.size(); }
  // Of the mode's seed, step, part and rates.
  void write_draws(const RunMode& mode, DropoutDraw* draws) const;

  size_t bytes() const {
    return inputs_.bytes() + buffers_.bytes() + labels_.bytes() + rows_.bytes();
  }

 private:
  float* value(size_t index) const {
    return index == 0 ? inputs_.tensor(side_, 0) : buffers_.tensor(0, index);
  }
  // Of the current batch.
  LayerPass pass(size_t layer, const RunMode& mode);
  void check_sizes(int64_t rows, int64_t label_width) const;
  float* gradient(int slot) const {
    return slot == kNoSlot ? nullptr : buffers_.tensor(0, 2 * network_.layers.size() + 1 + slot);
  }
  // Numbers of float32 that ops need for a moment; none where the host computes.
  int64_t scratch_length(int64_t rows) const;
  void run_loss(float* gradient, int32_t* halted);
  void read_loss(LossResult* result);
  void run(const BackwardStep& step, const RunMode& mode);

  const Network& network_;
  const Arena& statistics_;
  const MemoryLimit& limit_;
  BackwardPlan backward_;
  Backend& backend_;
  Arena inputs_;                      // an array a side
  Arena buffers_;                     // workspace, values 1..n, kept, slots of gradients
  std::vector<const float*> read_;    // the values that the layer under way reads
  Arena labels_;                      // an array a side
  Arena rows_;                        // per-row loss (double) and correctness, scratch
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
