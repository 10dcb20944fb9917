// Makes pictures larger by repeating each pixel.
#include "layers/registry.h"
#include "layers/window_fields.h"

namespace thalweg {

namespace {

class UpsampleLayer final : public Layer {
 public:
  // The window slides over the outputs, and has a position for each pixel of the inputs.
  UpsampleLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)), window_(read_window(fields, outputs(), inputs())) {
    const Window& w = window_;
    if (inputs() != w.positions() * w.channels) refuse_outputs("as many channels as its input");
    const bool covers = w.kernel_height == w.stride_height && w.kernel_width == w.stride_width &&
                        w.dilation_height == 1 && w.dilation_width == 1 && w.top == 0 &&
                        w.left == 0 && w.height == w.out_height * w.stride_height &&
                        w.width == w.out_width * w.stride_width;
    if (!covers) refuse_outputs("one window above each pixel");
  }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }

  void forward(const LayerPass& pass) const override {
    pass.backend.upsample_forward({.x = pass.x[0],
                                   .y = pass.y,
                                   .rows = pass.rows * window_.pixels(),
                                   .columns = window_.channels,
                                   .window = window_});
  }
  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    if (dx == nullptr) return;
    pass.backend.upsample_backward({.dy = dy,
                                    .dx = dx,
                                    .rows = pass.rows * window_.positions(),
                                    .columns = window_.channels,
                                    .window = window_});
  }

 private:
  Window window_;
};

}  // namespace

std::unique_ptr<Layer> make_upsample(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<UpsampleLayer>(std::move(place), fields);
}

}  // namespace thalweg
