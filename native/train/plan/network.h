// A network: its layers, each behind the layers that it reads, and the loss at its end.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "core/initializer.h"
#include "layers/layer.h"
#include "ops/loss.h"

namespace thalweg {

struct Network {
  Layers layers;
  std::vector<Initial> initials;  // one per parameter of the layers, in their order
  LossKind loss = LossKind::kSoftmaxCrossEntropy;
  double loss_parameter = 1;  // the delta of the Huber loss
  double label_smoothing = 0;

  // The number of values in one example's inputs, and in its outputs.
  int64_t inputs() const { return layers.front()->inputs(); }
  int64_t outputs() const { return layers.back()->outputs(); }
  size_t dropout_count() const {
    const auto drops = [](const auto& layer) { return layer->drops(); };
    return static_cast<size_t>(std::count_if(layers.begin(), layers.end(), drops));
  }
};

}  // namespace thalweg
