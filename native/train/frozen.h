// Which parts of a network stay as they are, from which of its parameters do.
#pragma once

#include <cstddef>
#include <vector>

#include "train/network.h"
#include "train/stepper.h"

namespace thalweg {

// Marks parameters that are frozen, and the layers of which all are. `tensors` are the
// network's parameters in its order.
inline void mark_frozen(const std::vector<StepperTensor>& tensors,
                        std::vector<LayerOptions>& layers) {
  size_t next = 0;
  for (LayerOptions& layer : layers) {
    const bool weight = has_weight(layer), bias = layer.use_bias;
    layer.trains_weight = weight && !tensors.at(next).frozen;
    next += weight;
    layer.trains_bias = bias && !tensors.at(next).frozen;
    next += bias;
    layer.frozen |= (weight || bias) && !layer.trains_weight && !layer.trains_bias;
  }
}

}  // namespace thalweg
