// A network's buffers and the order of its ops: forward keeps what backward
// needs, backward fills the gradient arena. Buffers grow with the batch and stay.
#pragma once

#include <cstdint>
#include <vector>

#include "backends/backend.h"
#include "core/arena.h"
#include "train/job_thread.h"
#include "train/network.h"

namespace thalweg {

// How a pass runs. Without training, dropout is the identity.
struct RunMode {
  bool training = false;
  uint64_t seed = 0;
  uint64_t step = 0;  // dropout's counter
  const CancelFlag* cancel = nullptr;
};

class Plan {
 public:
  // `arena`: parameters in array 0, their gradients in array 1.
  Plan(const NetworkOptions& network, const Arena& arena, Backend& backend);

  // Makes room for a batch; the buffers below hold it.
  void reserve(int64_t rows, int64_t label_width);
  float* inputs() { return activation(0); }
  const float* outputs() const { return buffers_.tensor(0, layers_.size()); }
  int32_t* classes() { return reinterpret_cast<int32_t*>(labels_.base(0)); }
  float* values() { return labels_.base(0); }
  void set_labels(bool sparse) { sparse_ = sparse; }

  // Each op asks `cancel` first; false when it was set.
  bool forward(const RunMode& mode);
  // The loss, and all gradients of its mean over the batch.
  bool backward(const RunMode& mode, LossResult* result);
  // The loss alone.
  void loss(LossResult* result) { run_loss(gradient(0), result); }

  size_t bytes() const { return buffers_.bytes() + labels_.bytes(); }

 private:
  struct Layer {
    LayerOptions options;
    float* weight = nullptr;
    float* bias = nullptr;
    float* weight_gradient = nullptr;
    float* bias_gradient = nullptr;
  };

  float* activation(size_t index) const { return buffers_.tensor(0, index); }
  float* before(size_t index) const { return buffers_.tensor(0, layers_.size() + 1 + index); }
  float* gradient(size_t side) const { return buffers_.tensor(0, 2 * layers_.size() + 1 + side); }
  void run_loss(float* gradient, LossResult* result);
  void forward_layer(size_t index, const RunMode& mode);
  // dy becomes, or dx receives, the gradient of the layer's input; the one used.
  float* backward_layer(size_t index, const RunMode& mode, float* dy, float* other);
  Dropout dropout(size_t index, const RunMode& mode, const float* x, float* y) const;

  std::vector<Layer> layers_;
  LossKind loss_;
  float loss_parameter_;
  Backend& backend_;
  Arena buffers_;  // activations 0..n, values before activations, two gradients
  Arena labels_;
  Arena rows_;  // per-row loss (double) and correctness
  int64_t rows_reserved_ = 0;
  int64_t label_width_ = 0;
  int64_t batch_rows_ = 0;
  bool sparse_ = false;
};

}  // namespace thalweg
