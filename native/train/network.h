// A network: its layers, in an order that has values before their uses, and the loss at its end.
#pragma once

#include <cstdint>
#include <vector>

#include "core/initializer.h"
#include "layers/layer.h"
#include "ops/loss.h"

namespace thalweg {

struct Network {
  Layers layers;
  std::vector<Initial> initials;  // of the layers' parameters, in their order
  LossKind loss = LossKind::kSoftmaxCrossEntropy;
  double loss_parameter = 1;  // huber's delta

  // Numbers of one example.
  int64_t inputs() const { return layers.front()->inputs(); }
  int64_t outputs() const { return layers.back()->outputs(); }
};

}  // namespace thalweg
