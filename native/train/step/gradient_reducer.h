// A reducer stands between a step's gradients and its update.
#pragma once

#include <cstdint>

namespace thalweg {

// The gradients of one step. One array holds all tensors and the zeros between them.
struct GradientArray {
  float* values;
  int64_t length;  // elements
};

class GradientReducer {
 public:
  virtual ~GradientReducer() = default;
  // Turns the gradients into those of the whole batch, in place. On a queued backend the call comes
  // while a step is queued or recorded, and the work joins that queue.
  virtual void reduce(GradientArray gradients) = 0;
};

// The reducer of a process that computes the whole batch by itself.
class WholeGradients final : public GradientReducer {
 public:
  void reduce(GradientArray) override {}
};

}  // namespace thalweg
