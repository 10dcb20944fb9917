// The depthwise convolution, in which each channel has filters of its own, with an activation.
#include <algorithm>

#include "layers/registry.h"
#include "layers/summed_convolution.h"

namespace thalweg {

namespace {

class DepthwiseConvolutionLayer final : public SummedConvolution {
 public:
  DepthwiseConvolutionLayer(LayerPlace place, const LayerFields& fields)
      : SummedConvolution(std::move(place), fields) {
    if (filters_ % window_.channels != 0)
      refuse_outputs("as many filters for each of " + std::to_string(window_.channels) +
                     " channels");
    own_parameters(fields, window_.taps());
  }

  int64_t scratch(int64_t rows) const override {
    return std::max(column_scratch(rows * window_.positions(), filters_),
                    column_scratch(rows * window_.out_height, window_.taps() * filters_));
  }

  void forward(const LayerPass& pass) const override {
    pass.backend.depthwise_forward({.x = pass.x[0],
                                    .weight = weight_.value,
                                    .bias = bias_.value,
                                    .y = sums(pass),
                                    .rows = pass.rows * window_.positions(),
                                    .columns = filters_,
                                    .window = window_});
    activate(pass);
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    go_back_through_activation(pass, dy);
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
};

}  // namespace

std::unique_ptr<Layer> make_depthwise_convolution(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<DepthwiseConvolutionLayer>(std::move(place), fields);
}

}  // namespace thalweg
