// The memory of a network's pass over a batch: inputs and labels, what the layers write, and the
// gradients of backward. Buffers grow with the batch and never shrink.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "train/loop/memory_limit.h"
#include "train/plan/backward_plan.h"
#include "train/plan/network.h"

namespace thalweg {

// Where a batch goes: inputs [rows, features], either classes [rows] or values [rows, label_width],
// and weights [rows]. Classes and values share memory.
struct BatchPlace {
  float* inputs;
  int32_t* classes;
  float* values;
  float* weights;
};

struct BatchFormat {
  bool sparse_labels = false;
  bool weighted = false;
};

class NetworkBuffers {
 public:
  // `gradient_widths` has the numbers per row of each slot of BackwardPlan. The network, the limit
  // and the backend outlive the buffers.
  NetworkBuffers(const Network& network, std::vector<int64_t> gradient_widths,
                 const MemoryLimit& limit, Backend& backend);

  // Makes room for batches of up to `rows` in `places` places. One place is current, and another
  // may be filled meanwhile. Throws OVERFLOW or MEMORY; the old room stays then.
  void reserve(int64_t rows, int64_t label_width, int places = 1);
  // Returns the current place, or the one that is current after so many calls of next_place().
  BatchPlace place(int calls = 0) const;
  void next_place() { place_ = (place_ + 1) % places_; }
  // Sets the size of the current batch, which is at most as large as reserved.
  void set_batch(int64_t rows, BatchFormat format);
  int64_t rows() const { return batch_rows_; }
  const BatchFormat& format() const { return format_; }

  // Returns a value of the network as LayerPlace numbers them: value 0 is the input, and value
  // i + 1 is the output of layer i.
  float* value(size_t index) const {
    return index == 0 ? inputs_.tensor(place_, 0) : buffers_.tensor(0, index);
  }
  float* kept(size_t layer) const { return buffers_.tensor(0, layers() + 1 + layer); }
  float* workspace() const { return buffers_.tensor(0, 0); }
  double* scratch() const { return reinterpret_cast<double*>(rows_.tensor(0, 2)); }
  // Returns the gradient in a slot of BackwardPlan, and null for kNoSlot.
  float* gradient(int slot) const {
    return slot == kNoSlot ? nullptr : buffers_.tensor(0, 2 * layers() + 1 + slot);
  }
  double* row_losses() const { return reinterpret_cast<double*>(rows_.tensor(0, 0)); }
  int32_t* row_correct() const { return reinterpret_cast<int32_t*>(rows_.tensor(0, 1)); }

  // Returns a number that changes when the buffers move.
  int64_t generation() const { return generation_; }
  size_t bytes() const {
    return inputs_.bytes() + buffers_.bytes() + labels_.bytes() + rows_.bytes();
  }

 private:
  size_t layers() const { return network_.layers.size(); }
  // Throws OVERFLOW where the size of a batch would overflow.
  void check_sizes(int64_t rows, int64_t label_width) const;
  // Returns the lengths of `buffers_` for batches of so many rows.
  std::vector<int64_t> buffer_lengths(int64_t rows) const;
  // Returns the number of float32 values that ops need for a moment; 0 where the host computes.
  int64_t scratch_length(int64_t rows) const;

  const Network& network_;
  std::vector<int64_t> gradient_widths_;
  const MemoryLimit& limit_;
  Backend& backend_;
  Arena inputs_;   // one array per place
  Arena buffers_;  // workspace, values 1..n, kept, slots of gradients
  Arena labels_;   // labels and weights; one array per place
  Arena rows_;     // each row's loss (double) and correctness, scratch
  int64_t generation_ = 0;
  int64_t rows_reserved_ = 0;
  int64_t label_width_ = 0;
  int places_ = 1;
  int place_ = 0;
  int64_t batch_rows_ = 0;
  BatchFormat format_;
};

}  // namespace thalweg
