// The network as data: ops in an order that has inputs before their uses, with
// sizes; src/nn/layer.ts has the other end.
#pragma once

#include <cstdint>
#include <vector>

#include "core/initializer.h"
#include "ops/activation.h"
#include "ops/loss.h"

namespace thalweg {

enum class LayerKind {
  kDense,
  kActivation,
  kSoftmax,
  kDropout,
  kBatchNorm,
  kLayerNorm,
  kAdd,
  kEmbedding
};

// One op. Values are numbered: 0 is the network's input, i + 1 what op i gives.
struct LayerOptions {
  LayerKind kind = LayerKind::kDense;
  int64_t from = 0;    // the value it reads
  int64_t other = 0;   // add: the second one
  int64_t inputs = 0;  // features of one example
  int64_t outputs = 0;
  Activation activation = Activation::kNone;
  double slope = 0;
  bool use_bias = false;  // of the norms: offset
  int64_t count = 0;      // embedding: rows of its table, which has `columns`
  // Of the norms: the last extent of an example, scale, and of batch norm the rest.
  int64_t columns = 1;
  bool use_scale = false;
  double epsilon = 0;
  double momentum = 0;
  bool unbiased = false;
  // Stays as it is: a batch norm then uses its running statistics, which do not move.
  bool frozen = false;
  bool trains_weight = true;  // or scale; where there is one
  bool trains_bias = true;    // or offset
};

// Whether a layer has a weight or scale.
inline bool has_weight(const LayerOptions& layer) {
  return layer.kind == LayerKind::kDense || layer.kind == LayerKind::kEmbedding || layer.use_scale;
}
// Whether a layer has a parameter that is trained.
inline bool is_trained(const LayerOptions& layer) {
  return (has_weight(layer) && layer.trains_weight) || (layer.use_bias && layer.trains_bias);
}

struct NetworkOptions {
  std::vector<LayerOptions> layers;
  std::vector<Initial> initials;  // weight or scale, then bias or offset, op by op
  LossKind loss = LossKind::kSoftmaxCrossEntropy;
  double loss_parameter = 1;  // huber's delta
};

}  // namespace thalweg
