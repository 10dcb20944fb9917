// Which buffers hold the gradients of a network's values while backward runs: as few
// as may be, two for ops in a chain. A value that is read twice has two gradients,
// which are added. Where no parameter below is trained, there is none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "layers/layer.h"

namespace thalweg {

inline constexpr int kNoSlot = -1;

struct BackwardStep {
  enum class Kind {
    kLayer,  // op `layer`: `from` has the gradient of what it gave, `to` gets that of what it read
    kCopy,   // to = from
    kSum,    // to += from
  };
  Kind kind;
  int from, to;       // slots; of an op, `to` may be `from`, and kNoSlot where nobody needs it
  size_t layer = 0;   // of kLayer
  int64_t width = 0;  // of the others: numbers a row
};

struct BackwardPlan {
  std::vector<BackwardStep> steps;
  std::vector<int64_t> widths;  // of the slots, numbers a row
  int first = 0;                // has the gradient of the network's outputs
};

BackwardPlan plan_backward(const Layers& layers);

}  // namespace thalweg
