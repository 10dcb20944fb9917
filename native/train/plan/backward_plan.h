// Decides which buffers hold gradients during backward, as few as possible: two for a chain of
// layers. A value has no gradient unless a parameter below it is trained.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "layers/layer.h"

namespace thalweg {

inline constexpr int kNoSlot = -1;

struct BackwardStep {
  enum class Kind {
    // Runs the layer's backward: `from` is the gradient of its output, `to` that of its input.
    kLayer,
    kCopy,  // to = from
    kSum,   // to += from, where a value is read twice
  };
  Kind kind;
  // Slots. For kLayer, `to` may equal `from`; it is kNoSlot where nobody needs the gradient.
  int from, to;
  size_t layer = 0;   // for kLayer
  int64_t width = 0;  // numbers per row, for kCopy and kSum
};

struct BackwardPlan {
  std::vector<BackwardStep> steps;
  std::vector<int64_t> widths;  // numbers per row of each slot
  int first = 0;                // the slot of the gradient of the network's outputs
};

BackwardPlan plan_backward(const Layers& layers);

}  // namespace thalweg
