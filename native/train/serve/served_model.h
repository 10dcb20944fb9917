// A model that serves predictions: its layers and weights, which nobody changes any more, so that
// several threads may read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "layers/layer.h"
#include "train/loop/memory_limit.h"

namespace thalweg {

struct ServedModelOptions {
  Layers layers;
  size_t output_layers = 0;  // the layers that make the outputs; the others make probabilities
  std::string device;
  size_t memory_limit = SIZE_MAX;  // bytes
};

// Borrowed values of one tensor.
struct TensorValues {
  const float* data;
  size_t length;
};

class ServedModel {
 public:
  // Copies the values of all parameters and statistics, in the order of the layers. Throws SHAPE
  // where their number or a length is another, and MEMORY before it allocates anything.
  ServedModel(ServedModelOptions options, const std::vector<TensorValues>& parameters,
              const std::vector<TensorValues>& statistics);
  ServedModel(const ServedModel&) = delete;
  ServedModel& operator=(const ServedModel&) = delete;

  const Layers& layers() const { return layers_; }
  Backend& backend() const { return backend_; }
  const MemoryLimit& memory() const { return memory_; }
  size_t bytes() const { return memory_.held; }

  // Returns the number of layers that make the outputs, or the probabilities.
  size_t layers_for(bool probabilities) const {
    return probabilities ? layers_.size() : output_layers_;
  }
  int64_t inputs() const { return layers_.front()->inputs(); }
  int64_t outputs() const { return layers_[output_layers_ - 1]->outputs(); }
  // Throws RANGE unless an embedding can read these inputs [rows, features].
  void check_inputs(const float* inputs, int64_t rows) const;

 private:
  Layers layers_;
  size_t output_layers_;
  Backend& backend_;
  Arena parameters_, statistics_;
  MemoryLimit memory_;
};

}  // namespace thalweg
