// The depthwise convolution, in which each channel has filters of its own, with an activation.
#include <algorithm>

#include "core/position.h"
#include "layers/registry.h"
#include "layers/window_fields.h"

namespace thalweg {

namespace {

class DepthwiseConvolutionLayer final : public Layer {
 public:
  DepthwiseConvolutionLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        window_(read_window(fields, inputs(), outputs())),
        filters_(outputs() / window_.positions()),
        activation_(
            position<Activation>(fields.text("activation"), kActivationNames, "layer.activation")),
        slope_(static_cast<float>(fields.number("slope"))) {
    if (filters_ % window_.channels != 0)
      refuse_outputs("as many filters for each of " + std::to_string(window_.channels) +
                     " channels");
    own(weight_, window_.taps(), filters_);
    if (fields.truth("useBias")) own(bias_, filters_);
  }

  // Keeps the input of the activation if the derivative needs it.
  int64_t kept(int64_t rows) const override {
    return derivative_from_output(activation_) ? 0 : rows * outputs();
  }
  int64_t scratch(int64_t rows) const override {
    return std::max(column_scratch(rows * window_.positions(), filters_),
                    column_scratch(rows * window_.out_height, window_.taps() * filters_));
  }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }
  bool units_die() const override { return activation_ == Activation::kRelu; }

  void forward(const LayerPass& pass) const override {
    float* sums = derivative_from_output(activation_) ? pass.y : pass.kept;
    pass.backend.depthwise_forward({.x = pass.x[0],
                                    .weight = weight_.value,
                                    .bias = bias_.value,
                                    .y = sums,
                                    .rows = pass.rows * window_.positions(),
                                    .columns = filters_,
                                    .window = window_});
    if (activation_ == Activation::kNone) return;
    pass.backend.activation_forward({activation_, slope_, sums, pass.y, pass.rows * outputs()});
  }

  // First replaces dy by the gradient before the activation, and makes the bias gradient.
  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    pass.backend.dense_backward(
        {.x = nullptr,
         .weight = nullptr,
         .y = pass.y,
         .before = derivative_from_output(activation_) ? nullptr : pass.kept,
         .dy = dy,
         .dweight = nullptr,
         .dbias = bias_.gradient,
         .dx = nullptr,
         .rows = pass.rows * window_.positions(),
         .inputs = 0,
         .outputs = filters_,
         .activation = activation_,
         .slope = slope_,
         .scratch = pass.scratch});
    if (weight_.gradient != nullptr)
      pass.backend.depthwise_weights({.x = pass.x[0],
                                      .dy = dy,
                                      .dweight = weight_.gradient,
                                      .rows = pass.rows * window_.out_height,
                                      .columns = window_.taps() * filters_,
                                      .window = window_,
                                      .scratch = pass.scratch});
    if (dx == nullptr) return;
    pass.backend.depthwise_backward({.dy = dy,
                                     .weight = weight_.value,
                                     .dx = dx,
                                     .rows = pass.rows * window_.pixels(),
                                     .columns = window_.channels,
                                     .filters = filters_,
                                     .window = window_});
  }

 private:
  Window window_;
  int64_t filters_;
  Activation activation_;
  float slope_;
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_depthwise_convolution(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<DepthwiseConvolutionLayer>(std::move(place), fields);
}

}  // namespace thalweg
