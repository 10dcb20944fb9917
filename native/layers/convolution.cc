// The convolution: a matrix product of the patches that a window sees, with a fused activation.
#include "core/position.h"
#include "layers/patch_products.h"
#include "layers/registry.h"
#include "layers/window_fields.h"

namespace thalweg {

namespace {

class ConvolutionLayer final : public Layer {
 public:
  ConvolutionLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        window_(read_window(fields, inputs(), outputs())),
        filters_(outputs() / window_.positions()),
        products_(window_, filters_),
        activation_(
            position<Activation>(fields.text("activation"), kActivationNames, "layer.activation")),
        slope_(static_cast<float>(fields.number("slope"))) {
    own(weight_, products_.patch_length(), filters_);
    if (fields.truth("useBias")) own(bias_, filters_);
  }

  // Keeps the input of the activation if the derivative needs it.
  int64_t kept(int64_t rows) const override {
    return derivative_from_output(activation_) ? 0 : rows * outputs();
  }
  int64_t workspace(int64_t rows) const override { return products_.workspace(rows); }
  int64_t scratch(int64_t rows) const override {
    return column_scratch(rows * window_.positions(), filters_);
  }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }
  bool units_die() const override { return activation_ == Activation::kRelu; }

  void forward(const LayerPass& pass) const override {
    products_.for_each_group(pass.rows, [&](int64_t first, int64_t count) {
      products_.forward(pass.backend, pass.x[0] + first * inputs(), count, pass.workspace,
                        {.x = nullptr,
                         .weight = weight_.value,
                         .bias = bias_.value,
                         .y = pass.y + first * outputs(),
                         .before = before(pass, first),
                         .rows = 0,
                         .inputs = 0,
                         .outputs = 0,
                         .activation = activation_,
                         .slope = slope_});
    });
  }

  // First replaces dy of all pictures by the gradient before the activation, and makes the bias
  // gradient.
  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    DenseBackward op = {.x = nullptr,
                        .weight = weight_.value,
                        .y = pass.y,
                        .before = before(pass, 0),
                        .dy = dy,
                        .dweight = nullptr,
                        .dbias = bias_.gradient,
                        .dx = nullptr,
                        .rows = pass.rows * window_.positions(),
                        .inputs = products_.patch_length(),
                        .outputs = filters_,
                        .activation = activation_,
                        .slope = slope_,
                        .scratch = pass.scratch};
    pass.backend.dense_backward(op);
    op.activation = Activation::kNone;
    op.dbias = nullptr;
    op.dweight = weight_.gradient;
    if (op.dweight == nullptr && dx == nullptr) return;
    products_.for_each_group(pass.rows, [&](int64_t first, int64_t count) {
      op.dy = dy + first * outputs();
      op.adds = first > 0;
      products_.backward(pass.backend, pass.x[0] + first * inputs(), count, pass.workspace, op,
                         dx == nullptr ? nullptr : dx + first * inputs());
    });
  }

 private:
  float* before(const LayerPass& pass, int64_t first) const {
    return derivative_from_output(activation_) ? nullptr : pass.kept + first * outputs();
  }

  Window window_;
  int64_t filters_;
  PatchProducts products_;
  Activation activation_;
  float slope_;
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_convolution(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<ConvolutionLayer>(std::move(place), fields);
}

}  // namespace thalweg
