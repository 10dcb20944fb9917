// Copies of the caller's arrays in a device's own memory. They are uploaded before a step and
// downloaded after one that succeeded.
#pragma once

#include <cstdint>
#include <vector>

#include "core/arena.h"

namespace thalweg {

class Staging {
 public:
  Staging(std::vector<int64_t> lengths, Memory& memory)
      : lengths_(std::move(lengths)), memory_(memory), arena_(lengths_, 2, memory) {
    for (size_t i = 0; i < lengths_.size(); ++i) {
      parameters_.push_back(arena_.tensor(0, i));
      gradients_.push_back(arena_.tensor(1, i));
    }
  }

  void upload(const std::vector<float*>& parameters, const std::vector<float*>& gradients) {
    for (size_t i = 0; i < lengths_.size(); ++i) {
      memory_.write(parameters_[i], parameters[i], lengths_[i] * sizeof(float));
      memory_.write(gradients_[i], gradients[i], lengths_[i] * sizeof(float));
    }
  }
  void download(const std::vector<float*>& parameters) {
    for (size_t i = 0; i < lengths_.size(); ++i)
      memory_.read(parameters[i], parameters_[i], lengths_[i] * sizeof(float));
  }

  float* const* parameters() const { return parameters_.data(); }
  float* const* gradients() const { return gradients_.data(); }
  size_t bytes() const { return arena_.bytes(); }

 private:
  std::vector<int64_t> lengths_;
  Memory& memory_;
  Arena arena_;  // 0: parameters, 1: gradients
  std::vector<float*> parameters_;
  std::vector<float*> gradients_;
};

}  // namespace thalweg
