// Pools over windows of pictures.
#include <limits>

#include "layers/registry.h"
#include "layers/window_fields.h"

namespace thalweg {

namespace {

class PoolLayer : public Layer {
 public:
  PoolLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)), window_(read_window(fields, inputs(), outputs())) {
    if (outputs() != window_.positions() * window_.channels)
      refuse_outputs("as many channels as its input");
    // Without holes, all windows see a pixel if the first and the last do.
    const Window& w = window_;
    if (w.dilation_height != 1 || w.dilation_width != 1 || count_taps(w, 0) <= 0 ||
        count_taps(w, w.positions() - 1) <= 0)
      refuse_outputs("windows without holes that see a pixel");
    if (w.taps() > std::numeric_limits<int32_t>::max())
      refuse_outputs("windows of at most 2^31 - 1 taps");
  }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }

 protected:
  int64_t positions(const LayerPass& pass) const { return pass.rows * window_.positions(); }
  int64_t pixels(const LayerPass& pass) const { return pass.rows * window_.pixels(); }
  const Window& window() const { return window_; }

 private:
  Window window_;
};

class MaxPoolLayer final : public PoolLayer {
 public:
  using PoolLayer::PoolLayer;

  // Keeps the chosen tap of each output, an int32 in the place of a float.
  int64_t kept(int64_t rows) const override { return rows * outputs(); }

  void forward(const LayerPass& pass) const override {
    pass.backend.max_pool_forward({.x = pass.x[0],
                                   .y = pass.y,
                                   .chosen = reinterpret_cast<int32_t*>(pass.kept),
                                   .rows = positions(pass),
                                   .columns = window().channels,
                                   .window = window()});
  }
  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    if (dx == nullptr) return;
    pass.backend.max_pool_backward({.dy = dy,
                                    .chosen = reinterpret_cast<const int32_t*>(pass.kept),
                                    .dx = dx,
                                    .rows = pixels(pass),
                                    .columns = window().channels,
                                    .window = window()});
  }
};

class AveragePoolLayer final : public PoolLayer {
 public:
  using PoolLayer::PoolLayer;

  void forward(const LayerPass& pass) const override {
    pass.backend.average_pool_forward({.x = pass.x[0],
                                       .y = pass.y,
                                       .rows = positions(pass),
                                       .columns = window().channels,
                                       .window = window()});
  }
  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    if (dx == nullptr) return;
    pass.backend.average_pool_backward({.dy = dy,
                                        .dx = dx,
                                        .rows = pixels(pass),
                                        .columns = window().channels,
                                        .window = window()});
  }
};

}  // namespace

std::unique_ptr<Layer> make_max_pool(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<MaxPoolLayer>(std::move(place), fields);
}
std::unique_ptr<Layer> make_average_pool(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<AveragePoolLayer>(std::move(place), fields);
}

}  // namespace thalweg
