// Layer normalisation over the last dimension of an example.
#include "layers/registry.h"

namespace thalweg {

namespace {

class LayerNormLayer final : public Layer {
 public:
  LayerNormLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        columns_(fields.count("columns", 1)),
        epsilon_(fields.number("epsilon")) {
    check_rows(columns_);
    if (fields.truth("useScale")) own(scale_, columns_);
    if (fields.truth("useOffset")) own(offset_, columns_);
  }

  // Keeps the mean and the inverse deviation of each row.
  int64_t kept(int64_t examples) const override { return 2 * rows(examples); }
  int64_t scratch(int64_t examples) const override {
    return column_scratch(rows(examples), columns_);
  }

  void forward(const LayerPass& pass) const override {
    pass.backend.layer_norm_forward({.x = pass.x[0],
                                     .scale = scale_.value,
                                     .offset = offset_.value,
                                     .y = pass.y,
                                     .mean = pass.kept,
                                     .inverse = pass.kept + rows(pass.rows),
                                     .rows = rows(pass.rows),
                                     .columns = columns_,
                                     .epsilon = epsilon_});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    pass.backend.layer_norm_backward({.x = pass.x[0],
                                      .mean = pass.kept,
                                      .inverse = pass.kept + rows(pass.rows),
                                      .scale = scale_.value,
                                      .dy = dy,
                                      .dx = dx,
                                      .dscale = scale_.gradient,
                                      .doffset = offset_.gradient,
                                      .rows = rows(pass.rows),
                                      .columns = columns_,
                                      .scratch = pass.scratch});
  }

 private:
  int64_t rows(int64_t examples) const { return examples * (outputs() / columns_); }

  int64_t columns_;
  double epsilon_;
  Parameter scale_, offset_;
};

}  // namespace

std::unique_ptr<Layer> make_layer_norm(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<LayerNormLayer>(std::move(place), fields);
}

}  // namespace thalweg
