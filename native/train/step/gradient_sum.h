// The gradient of a batch that is computed in parts. It is the sum of the parts' gradients, each
// times its share of the rows.
#pragma once

#include <vector>

#include "core/arena.h"
#include "train/step/gradient_reducer.h"
#include "train/step/stepper.h"

namespace thalweg {

class GradientSum {
 public:
  GradientSum(const std::vector<StepperTensor>& tensors, StepExecutor& executor);

  void clear();
  // Adds share * gradient for each tensor. The bits are the same on every device.
  void add(const float* const* gradients, double share);
  const std::vector<const float*>& tensors() const { return sums_; }
  // Returns the array with the sums of all tensors and the zeros between them.
  GradientArray array() const { return {arena_.base(0), arena_.array_length()}; }
  size_t bytes() const { return arena_.bytes(); }
  static size_t bytes_for(const std::vector<StepperTensor>& tensors);

 private:
  Memory& memory_;
  std::vector<int64_t> lengths_;
  Arena arena_;
  std::vector<float*> places_;
  std::vector<const float*> sums_;  // places_, read-only
  Stepper descent_;                 // sums -= rate * gradients, where rate = -share
};

}  // namespace thalweg
