// Group normalisation over groups of neighbouring channels and all positions. Channels are the last
// dimension of an example.
#include <algorithm>

#include "layers/registry.h"

namespace thalweg {

namespace {

class GroupNormLayer final : public Layer {
 public:
  GroupNormLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        channels_(fields.count("channels", 1)),
        groups_(fields.count("groups", 1)),
        epsilon_(fields.number("epsilon")) {
    check_rows(channels_);
    if (channels_ % groups_ != 0)
      throw Error({ErrorCode::kShape, "layer.groups", std::to_string(groups_),
                   "a divisor of " + std::to_string(channels_) + " channels"});
    if (fields.truth("useScale")) own(scale_, channels_);
    if (fields.truth("useOffset")) own(offset_, channels_);
  }

  // Keeps the mean and the inverse deviation of each group.
  int64_t kept(int64_t rows) const override { return 2 * rows * groups_; }
  // Needs two sums in float64 for each channel of an example.
  int64_t workspace(int64_t rows) const override { return 2 * kPerDouble * rows * channels_; }

  int64_t scratch(int64_t rows) const override {
    return std::max(column_scratch(outputs() / channels_, rows * channels_),
                    column_scratch(rows, channels_));
  }

  void forward(const LayerPass& pass) const override {
    pass.backend.group_norm_forward({.x = pass.x[0],
                                     .scale = scale_.value,
                                     .offset = offset_.value,
                                     .y = pass.y,
                                     .mean = pass.kept,
                                     .inverse = pass.kept + pass.rows * groups_,
                                     .sums = sums(pass),
                                     .rows = pass.rows,
                                     .columns = outputs(),
                                     .channels = channels_,
                                     .groups = groups_,
                                     .epsilon = epsilon_,
                                     .scratch = pass.scratch});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    pass.backend.group_norm_backward({.x = pass.x[0],
                                      .mean = pass.kept,
                                      .inverse = pass.kept + pass.rows * groups_,
                                      .scale = scale_.value,
                                      .dy = dy,
                                      .dx = dx,
                                      .sums = sums(pass),
                                      .products = products(pass),
                                      .rows = pass.rows,
                                      .columns = outputs(),
                                      .channels = channels_,
                                      .groups = groups_,
                                      .scratch = pass.scratch});
    if (scale_.gradient == nullptr && offset_.gradient == nullptr) return;
    pass.backend.group_norm_parameters({.sums = sums(pass),
                                        .products = products(pass),
                                        .dscale = scale_.gradient,
                                        .doffset = offset_.gradient,
                                        .rows = pass.rows,
                                        .columns = channels_,
                                        .scratch = pass.scratch});
  }

 private:
  static constexpr int64_t kPerDouble = sizeof(double) / sizeof(float);

  static double* sums(const LayerPass& pass) { return reinterpret_cast<double*>(pass.workspace); }
  double* products(const LayerPass& pass) const { return sums(pass) + pass.rows * channels_; }

  int64_t channels_;
  int64_t groups_;
  double epsilon_;
  Parameter scale_, offset_;
};

}  // namespace

std::unique_ptr<Layer> make_group_norm(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<GroupNormLayer>(std::move(place), fields);
}

}  // namespace thalweg
