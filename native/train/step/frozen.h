// Finds the layers that training leaves unchanged, from their frozen parameters.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "layers/layer.h"
#include "train/step/stepper.h"

namespace thalweg {

// Marks the frozen parameters, and each layer whose parameters are all frozen. `tensors` lists the
// network's parameters in its order.
inline void mark_frozen(const std::vector<StepperTensor>& tensors, const Layers& layers) {
  size_t next = 0;
  for (const auto& layer : layers) {
    const std::vector<Parameter*>& own = layer->parameters();
    for (Parameter* parameter : own) parameter->frozen = tensors.at(next++).frozen;
    const bool all =
        std::all_of(own.begin(), own.end(), [](const Parameter* p) { return p->frozen; });
    if (all && !own.empty()) layer->freeze();
  }
}

// True where a layer has a parameter that is trained.
inline bool is_trained(const Layer& layer) {
  const std::vector<Parameter*>& own = layer.parameters();
  return std::any_of(own.begin(), own.end(), [](const Parameter* p) { return !p->frozen; });
}

}  // namespace thalweg
