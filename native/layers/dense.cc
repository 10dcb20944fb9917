// The fully connected layer, with an activation that is fused into it.
#include "core/position.h"
#include "layers/registry.h"

namespace thalweg {

namespace {

class DenseLayer final : public Layer {
 public:
  DenseLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        activation_(
            position<Activation>(fields.text("activation"), kActivationNames, "layer.activation")),
        slope_(static_cast<float>(fields.number("slope"))) {
    own(weight_, inputs(), outputs());
    if (fields.truth("useBias")) own(bias_, outputs());
  }

  // Keeps the input of the activation if the derivative needs it.
  int64_t kept(int64_t rows) const override {
    return derivative_from_output(activation_) ? 0 : rows * outputs();
  }
  int64_t scratch(int64_t rows) const override { return column_scratch(rows, outputs()); }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }
  bool units_die() const override { return activation_ == Activation::kRelu; }

  void forward(const LayerPass& pass) const override {
    pass.backend.dense_forward({.x = pass.x[0],
                                .weight = weight_.value,
                                .bias = bias_.value,
                                .y = pass.y,
                                .before = before(pass),
                                .rows = pass.rows,
                                .inputs = inputs(),
                                .outputs = outputs(),
                                .activation = activation_,
                                .slope = slope_});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    pass.backend.dense_backward({.x = pass.x[0],
                                 .weight = weight_.value,
                                 .y = pass.y,
                                 .before = before(pass),
                                 .dy = dy,
                                 .dweight = weight_.gradient,
                                 .dbias = bias_.gradient,
                                 .dx = dx,
                                 .rows = pass.rows,
                                 .inputs = inputs(),
                                 .outputs = outputs(),
                                 .activation = activation_,
                                 .slope = slope_,
                                 .scratch = pass.scratch});
  }

 private:
  float* before(const LayerPass& pass) const {
    return derivative_from_output(activation_) ? nullptr : pass.kept;
  }

  Activation activation_;
  float slope_;
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_dense(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<DenseLayer>(std::move(place), fields);
}

}  // namespace thalweg
