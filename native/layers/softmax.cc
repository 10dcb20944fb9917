// Softmax over the last dimension of an example.
#include <utility>

#include "layers/registry.h"

namespace thalweg {

namespace {

class SoftmaxLayer final : public Layer {
 public:
  SoftmaxLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)), columns_(fields.count("columns", 1)) {
    check_rows(columns_);
  }

  void forward(const LayerPass& pass) const override {
    pass.backend.softmax_forward({pass.x[0], pass.y, rows(pass), columns_});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    pass.backend.softmax_backward({pass.y, dy, dx, rows(pass), columns_});
  }

 private:
  int64_t rows(const LayerPass& pass) const { return pass.rows * (outputs() / columns_); }

  int64_t columns_;
};

}  // namespace

std::unique_ptr<Layer> make_softmax(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<SoftmaxLayer>(std::move(place), fields);
}

}  // namespace thalweg
