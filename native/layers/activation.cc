// An activation as a layer of its own.
#include "core/position.h"
#include "layers/registry.h"

namespace thalweg {

namespace {

class ActivationLayer final : public Layer {
 public:
  ActivationLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        activation_(
            position<Activation>(fields.text("activation"), kActivationNames, "layer.activation")),
        slope_(static_cast<float>(fields.number("slope"))) {
    check_same_width();
  }

  bool units_die() const override { return activation_ == Activation::kRelu; }

  void forward(const LayerPass& pass) const override {
    pass.backend.activation_forward(
        {activation_, slope_, pass.x[0], pass.y, pass.rows * outputs()});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    pass.backend.activation_backward(
        {activation_, slope_, pass.x[0], pass.y, dy, dx, pass.rows * outputs()});
  }

 private:
  Activation activation_;
  float slope_;
};

}  // namespace

std::unique_ptr<Layer> make_activation(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<ActivationLayer>(std::move(place), fields);
}

}  // namespace thalweg
