// The fully connected layer over the last dimension of an example, with an activation that is fused
// into it. All positions of an example share the weights.
#include <string>

#include "core/position.h"
#include "layers/registry.h"

namespace thalweg {

namespace {

class DenseLayer final : public Layer {
 public:
  DenseLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        positions_(fields.count("positions", 1)),
        inputs_(inputs() / positions_),
        units_(outputs() / positions_),
        activation_(
            position<Activation>(fields.text("activation"), kActivationNames, "layer.activation")),
        slope_(static_cast<float>(fields.number("slope"))) {
    check_positions();
    own(weight_, inputs_, units_);
    if (fields.truth("useBias")) own(bias_, units_);
  }

  // Keeps the input of the activation if the derivative needs it.
  int64_t kept(int64_t rows) const override {
    return derivative_from_output(activation_) ? 0 : rows * outputs();
  }
  int64_t scratch(int64_t rows) const override { return column_scratch(rows * positions_, units_); }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }
  bool units_die() const override { return activation_ == Activation::kRelu; }

  void forward(const LayerPass& pass) const override {
    pass.backend.dense_forward({.x = pass.x[0],
                                .weight = weight_.value,
                                .bias = bias_.value,
                                .y = pass.y,
                                .before = before(pass),
                                .rows = pass.rows * positions_,
                                .inputs = inputs_,
                                .outputs = units_,
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
                                 .rows = pass.rows * positions_,
                                 .inputs = inputs_,
                                 .outputs = units_,
                                 .activation = activation_,
                                 .slope = slope_,
                                 .scratch = pass.scratch});
  }

 private:
  // Throws SHAPE unless each position has as many inputs and as many outputs as every other.
  void check_positions() const {
    if (inputs() % positions_ == 0 && outputs() % positions_ == 0) return;
    throw Error({ErrorCode::kShape, "layer.positions", std::to_string(positions_),
                 "a divisor of " + std::to_string(inputs()) + " inputs and " +
                     std::to_string(outputs()) + " outputs"});
  }
  float* before(const LayerPass& pass) const {
    return derivative_from_output(activation_) ? nullptr : pass.kept;
  }

  int64_t positions_, inputs_, units_;
  Activation activation_;
  float slope_;
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_dense(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<DenseLayer>(std::move(place), fields);
}

}  // namespace thalweg
