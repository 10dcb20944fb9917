// The flat arena: parallel arrays (parameters, gradients, optimizer slots) with one layout of
// tensors, each aligned to 64 bytes. The starts of the arrays are staggered: arrays that lie a
// power of two apart share cache sets, and a step over them is several times slower.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/memory.h"

namespace thalweg {

// Returns the lengths of a list of tensors, in the order of the list.
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
  // Makes `arrays` parallel arrays, each with tensors of these lengths in floats. Throws OVERFLOW
  // or MEMORY.
  Arena(const std::vector<int64_t>& lengths, int arrays, Memory& memory = host_memory());
  // Returns the number of bytes that such an arena takes. Throws OVERFLOW.
  static size_t bytes_for(const std::vector<int64_t>& lengths, int arrays);

  float* tensor(int array, size_t index) const { return base(array) + offsets_[index]; }
  // Returns the start of a whole array, which has zeroed gaps between its tensors.
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
