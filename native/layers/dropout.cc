// Dropout. Backward draws the mask of forward again. Outside training the layer is the identity.
#include <utility>

#include "layers/registry.h"

namespace thalweg {

namespace {

class DropoutLayer final : public Layer {
 public:
  explicit DropoutLayer(LayerPlace place) : Layer(std::move(place)) { check_same_width(); }

  bool drops() const override { return true; }

  void forward(const LayerPass& pass) const override {
    const int64_t length = pass.rows * outputs();
    if (pass.training) return pass.backend.dropout({pass.draw, pass.x[0], pass.y, length});
    pass.backend.activation_forward({Activation::kNone, 0, pass.x[0], pass.y, length});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    if (pass.training) pass.backend.dropout({pass.draw, dy, dx, pass.rows * outputs()});
  }
};

}  // namespace

std::unique_ptr<Layer> make_dropout(LayerPlace place, const LayerFields&) {
  return std::make_unique<DropoutLayer>(std::move(place));
}

}  // namespace thalweg
