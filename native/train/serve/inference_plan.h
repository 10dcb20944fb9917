// The memory and the order of forward passes alone. There are no gradients and no slots, and layers
// share what they keep, because no backward pass reads it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "core/cancel.h"
#include "layers/layer.h"
#include "train/loop/memory_limit.h"
#include "train/serve/value_slots.h"

namespace thalweg {

class InferencePlan {
 public:
  // All arguments outlive the plan, which changes none of them. Several plans may use the same
  // layers on several threads.
  InferencePlan(const Layers& layers, const MemoryLimit& limit, Backend& backend);

  // Makes room for batches of up to `rows`. Throws OVERFLOW or MEMORY; the old room stays then.
  void reserve(int64_t rows);
  // Runs the first `layers` layers. Reads inputs [rows, features] and writes the outputs of the
  // last of these layers, both in the host's memory. Throws Aborted where `cancel` is set.
  void run(const float* inputs, int64_t rows, size_t layers, float* outputs,
           const CancelFlag* cancel);

  size_t bytes() const { return buffers_.bytes(); }

 private:
  float* value(size_t index) const { return buffers_.tensor(0, kShared + slots_.of[index]); }
  std::vector<int64_t> lengths(int64_t rows) const;

  static constexpr size_t kShared = 3;  // workspace, kept, scratch

  const Layers& layers_;
  const MemoryLimit& limit_;
  Backend& backend_;
  ValueSlots slots_;
  Arena buffers_;                   // memory that all layers share, then the slots of values
  std::vector<const float*> read_;  // the values that the present layer reads
  int64_t rows_ = 0;                // reserved
};

}  // namespace thalweg
