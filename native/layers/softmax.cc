// Softmax over the numbers of an example.
#include <utility>

#include "layers/registry.h"

namespace thalweg {

namespace {

class SoftmaxLayer final : public Layer {
 public:
  explicit SoftmaxLayer(LayerPlace place) : Layer(std::move(place)) { check_same_width(); }

  void forward(const LayerPass& pass) const override {
    pass.backend.softmax_forward({pass.x[0], pass.y, pass.rows, outputs()});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    pass.backend.softmax_backward({pass.y, dy, dx, pass.rows, outputs()});
  }
};

}  // namespace

std::unique_ptr<Layer> make_softmax(LayerPlace place, const LayerFields&) {
  return std::make_unique<SoftmaxLayer>(std::move(place));
}

}  // namespace thalweg
