// The convolution: a matrix product of the patches that a window sees, with a fused activation.
#include <algorithm>

#include "core/position.h"
#include "layers/registry.h"
#include "layers/window_fields.h"

namespace thalweg {

namespace {

// Pictures go in groups whose patches have about so many numbers, so that they stay in a cache. The
// groups are a part of the order of sums, and depend on the shapes alone.
constexpr int64_t kPatchNumbers = 256 * 1024;

class ConvolutionLayer final : public Layer {
 public:
  ConvolutionLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        window_(read_window(fields, inputs(), outputs())),
        filters_(outputs() / window_.positions()),
        activation_(
            position<Activation>(fields.text("activation"), kActivationNames, "layer.activation")),
        slope_(static_cast<float>(fields.number("slope"))) {
    check_patches();
    own(weight_, patch_length(), filters_);
    if (fields.truth("useBias")) own(bias_, filters_);
  }

  // Keeps the input of the activation if the derivative needs it.
  int64_t kept(int64_t rows) const override {
    return derivative_from_output(activation_) ? 0 : rows * outputs();
  }
  int64_t workspace(int64_t rows) const override {
    return std::min(rows, group()) * window_.positions() * patch_length();
  }
  int64_t scratch(int64_t rows) const override {
    return column_scratch(rows * window_.positions(), filters_);
  }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }
  bool units_die() const override { return activation_ == Activation::kRelu; }

  void forward(const LayerPass& pass) const override {
    for_each_group(pass, [&](int64_t first, int64_t count) {
      make_patches(pass, first, count);
      pass.backend.dense_forward({.x = pass.workspace,
                                  .weight = weight_.value,
                                  .bias = bias_.value,
                                  .y = pass.y + first * outputs(),
                                  .before = before(pass, first),
                                  .rows = count * window_.positions(),
                                  .inputs = patch_length(),
                                  .outputs = filters_,
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
                        .inputs = patch_length(),
                        .outputs = filters_,
                        .activation = activation_,
                        .slope = slope_,
                        .scratch = pass.scratch};
    pass.backend.dense_backward(op);
    op.activation = Activation::kNone;
    op.dbias = nullptr;
    op.dweight = weight_.gradient;
    if (op.dweight == nullptr && dx == nullptr) return;
    for_each_group(pass, [&](int64_t first, int64_t count) {
      op.dy = dy + first * outputs();
      op.rows = count * window_.positions();
      backward_group(pass, op, first, dx);
    });
  }

 private:
  // Throws OVERFLOW unless the patches of a picture are at most 2^53 numbers.
  void check_patches() const {
    const int64_t most = (int64_t{1} << 53) / window_.positions();
    if (window_.taps() <= most / window_.channels) return;
    throw Error(
        {ErrorCode::kOverflow, "layer.kernel",
         std::to_string(window_.kernel_height) + " * " + std::to_string(window_.kernel_width),
         "patches of at most 2^53 numbers for each picture", "use a smaller kernel"});
  }
  int64_t patch_length() const { return window_.taps() * window_.channels; }
  int64_t group() const {
    return std::max<int64_t>(1, kPatchNumbers / window_.positions() / patch_length());
  }
  template <class Body>
  void for_each_group(const LayerPass& pass, Body body) const {
    for (int64_t first = 0; first < pass.rows; first += group())
      body(first, std::min(group(), pass.rows - first));
  }
  float* before(const LayerPass& pass, int64_t first) const {
    return derivative_from_output(activation_) ? nullptr : pass.kept + first * outputs();
  }

  void make_patches(const LayerPass& pass, int64_t first, int64_t count) const {
    pass.backend.patches({.x = pass.x[0] + first * inputs(),
                          .patches = pass.workspace,
                          .rows = count * window_.positions(),
                          .columns = patch_length(),
                          .window = window_});
  }
  // The gradient of the patches overwrites the patches.
  void backward_group(const LayerPass& pass, DenseBackward op, int64_t first, float* dx) const {
    const int64_t count = op.rows / window_.positions();
    if (op.dweight != nullptr) make_patches(pass, first, count);
    op.x = pass.workspace;
    op.adds = first > 0;
    op.dx = dx == nullptr ? nullptr : pass.workspace;
    pass.backend.dense_backward(op);
    if (dx == nullptr) return;
    pass.backend.patches_backward({.dpatches = pass.workspace,
                                   .dx = dx + first * inputs(),
                                   .rows = count * window_.pixels(),
                                   .columns = window_.channels,
                                   .window = window_});
  }

  Window window_;
  int64_t filters_;
  Activation activation_;
  float slope_;
  Parameter weight_, bias_;
};

}  // namespace

std::unique_ptr<Layer> make_convolution(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<ConvolutionLayer>(std::move(place), fields);
}

}  // namespace thalweg
