// The sum of two values. The gradient of the sum is also the gradient of each value.
#include <utility>

#include "layers/registry.h"

namespace thalweg {

namespace {

class AddLayer final : public Layer {
 public:
  explicit AddLayer(LayerPlace place) : Layer(std::move(place)) { check_same_width(); }

  size_t reads() const override { return 2; }
  BackwardWay backward_way() const override { return BackwardWay::kThrough; }

  void forward(const LayerPass& pass) const override {
    pass.backend.add({pass.x[0], pass.x[1], pass.y, pass.rows * outputs()});
  }
};

}  // namespace

std::unique_ptr<Layer> make_add(LayerPlace place, const LayerFields&) {
  return std::make_unique<AddLayer>(std::move(place));
}

}  // namespace thalweg
