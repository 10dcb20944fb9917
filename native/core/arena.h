// The flat arena: parallel arrays (parameters, gradients, optimizer slots) with
// one layout of tensors, each tensor 64-byte aligned. Array starts are staggered:
// arrays a power of two apart map to the same cache sets and make a step several
// times slower.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/memory.h"

namespace thalweg {

// Of anything listed by tensor, such as options, in its order.
template <class Tensor>
std::vector<int64_t> lengths_of(const std::vector<Tensor>& tensors) {
  std::vector<int64_t> lengths;
  lengths.reserve(tensors.size());
  for (const Tensor& tensor : tensors) lengths.push_back(tensor.length);
  return lengths;
}

class Arena {
 public:
  Arena() = default;
  // `arrays` parallel arrays, each with tensors of these lengths (floats).
  // Throws OVERFLOW or MEMORY.
  Arena(const std::vector<int64_t>& lengths, int arrays, Memory& memory = host_memory());
  // What one takes. Throws OVERFLOW.
  static size_t bytes_for(const std::vector<int64_t>& lengths, int arrays);

  float* tensor(int array, size_t index) const { return base(array) + offsets_[index]; }
  // The whole of one array: tensors and the zeroed gaps between them.
  float* base(int array) const { return starts_[array]; }
  int64_t array_length() const { return array_length_; }
  size_t bytes() const { return bytes_; }

 private:
  std::shared_ptr<void> data_;
  size_t bytes_ = 0;
  std::vector<int64_t> offsets_;  // floats from the array's start
  std::vector<float*> starts_;
  int64_t array_length_ = 0;
};

}  // namespace thalweg
