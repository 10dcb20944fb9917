// Normalisation by the root mean square over the last dimension of an example.
#include "layers/registry.h"

namespace thalweg {

namespace {

class RmsNormLayer final : public Layer {
 public:
  RmsNormLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        columns_(fields.count("columns", 1)),
        epsilon_(fields.number("epsilon")) {
    check_rows(columns_);
    if (fields.truth("useScale")) own(scale_, columns_);
  }

  // Keeps the inverse root mean square of each row.
  int64_t kept(int64_t examples) const override { return rows(examples); }
  int64_t scratch(int64_t examples) const override {
    return column_scratch(rows(examples), columns_);
  }

  void forward(const LayerPass& pass) const override {
    pass.backend.rms_norm_forward({.x = pass.x[0],
                                   .scale = scale_.value,
                                   .y = pass.y,
                                   .inverse = pass.kept,
                                   .rows = rows(pass.rows),
                                   .columns = columns_,
                                   .epsilon = epsilon_});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    const RmsNormBackward op{.x = pass.x[0],
                             .inverse = pass.kept,
                             .scale = scale_.value,
                             .dy = dy,
                             .dx = dx,
                             .dscale = scale_.gradient,
                             .rows = rows(pass.rows),
                             .columns = columns_,
                             .scratch = pass.scratch};
    if (op.dscale != nullptr) pass.backend.rms_norm_parameters(op);
    pass.backend.rms_norm_backward(op);
  }

 private:
  int64_t rows(int64_t examples) const { return examples * (outputs() / columns_); }

  int64_t columns_;
  double epsilon_;
  Parameter scale_;
};

}  // namespace

std::unique_ptr<Layer> make_rms_norm(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<RmsNormLayer>(std::move(place), fields);
}

}  // namespace thalweg
