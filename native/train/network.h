// The network as data: layers in sequence, with sizes; src/nn/layer.ts has the
// other end.
#pragma once

#include <cstdint>
#include <vector>

#include "core/initializer.h"
#include "ops/activation.h"
#include "ops/loss.h"

namespace thalweg {

enum class LayerKind { kDense, kActivation, kSoftmax, kDropout };

struct LayerOptions {
  LayerKind kind = LayerKind::kDense;
  int64_t inputs = 0;  // features of one example
  int64_t outputs = 0;
  Activation activation = Activation::kNone;
  double slope = 0;
  bool use_bias = false;
  double rate = 0;
};

struct NetworkOptions {
  std::vector<LayerOptions> layers;
  std::vector<Initial> initials;  // weight then bias, layer by layer
  LossKind loss = LossKind::kSoftmaxCrossEntropy;
  double loss_parameter = 1;  // huber's delta
};

}  // namespace thalweg
