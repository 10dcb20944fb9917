// The class of convolutions that make sums first, and then apply their activation to them.
#pragma once

#include <utility>

#include "core/position.h"
#include "layers/layer.h"
#include "layers/layer_fields.h"
#include "layers/window_fields.h"

namespace thalweg {

class SummedConvolution : public Layer {
 public:
  SummedConvolution(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        window_(read_window(fields, inputs(), outputs())),
        filters_(outputs() / window_.positions()),
        activation_(
            position<Activation>(fields.text("activation"), kActivationNames, "layer.activation")),
        slope_(static_cast<float>(fields.number("slope"))) {}

  // Keeps the input of the activation if the derivative needs it.
  int64_t kept(int64_t rows) const override {
    return derivative_from_output(activation_) ? 0 : rows * outputs();
  }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }
  bool units_die() const override { return activation_ == Activation::kRelu; }

 protected:
  // Owns `weight` [height, filters], and a bias if the fields ask for one.
  void own_parameters(const LayerFields& fields, int64_t height) {
    own(weight_, height, filters_);
    if (fields.truth("useBias")) own(bias_, filters_);
  }

  // Returns where the forward pass writes its sums.
  float* sums(const LayerPass& pass) const {
    return derivative_from_output(activation_) ? pass.y : pass.kept;
  }
  // Computes y from the sums.
  void activate(const LayerPass& pass) const {
    if (activation_ == Activation::kNone) return;
    pass.backend.activation_forward(
        {activation_, slope_, sums(pass), pass.y, pass.rows * outputs()});
  }
  // Replaces dy by the gradient of the sums, and makes the bias gradient.
  void go_back_through_activation(const LayerPass& pass, float* dy) const {
    DenseBackward op = {};
    op.y = pass.y;
    op.before = derivative_from_output(activation_) ? nullptr : pass.kept;
    op.dy = dy;
    op.dbias = bias_.gradient;
    op.rows = pass.rows * window_.positions();
    op.outputs = filters_;
    op.activation = activation_;
    op.slope = slope_;
    op.scratch = pass.scratch;
    pass.backend.dense_backward(op);
  }

  Window window_;
  int64_t filters_;
  Activation activation_;
  float slope_;
  Parameter weight_, bias_;
};

}  // namespace thalweg
