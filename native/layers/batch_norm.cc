// Batch normalisation over the last dimension of an example, with running statistics.
#include "layers/registry.h"

namespace thalweg {

namespace {

class BatchNormLayer final : public Layer {
 public:
  BatchNormLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        columns_(fields.count("columns", 1)),
        epsilon_(fields.number("epsilon")),
        momentum_(fields.number("momentum")),
        unbiased_(fields.truth("unbiased")) {
    check_rows(columns_);
    if (fields.truth("useScale")) own(scale_, columns_);
    if (fields.truth("useOffset")) own(offset_, columns_);
    own(mean_, columns_);
    own(variance_, columns_);
  }

  // Keeps the batch's moments.
  int64_t kept(int64_t) const override { return 2 * columns_; }
  int64_t scratch(int64_t examples) const override {
    return column_scratch(examples * (outputs() / columns_), columns_);
  }

  void forward(const LayerPass& pass) const override {
    const Moments moments = moments_of(pass);
    if (uses_batch(pass))
      pass.backend.batch_moments({.x = pass.x[0],
                                  .mean = moments.mean,
                                  .variance = moments.variance,
                                  .rows = rows(pass),
                                  .columns = columns_,
                                  .scratch = pass.scratch});
    pass.backend.batch_norm_forward({.x = pass.x[0],
                                     .mean = moments.mean,
                                     .variance = moments.variance,
                                     .scale = scale_.value,
                                     .offset = offset_.value,
                                     .y = pass.y,
                                     .rows = rows(pass),
                                     .columns = columns_,
                                     .epsilon = epsilon_});
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    const Moments moments = moments_of(pass);
    pass.backend.batch_norm_backward({.x = pass.x[0],
                                      .mean = moments.mean,
                                      .variance = moments.variance,
                                      .scale = scale_.value,
                                      .dy = dy,
                                      .dx = dx,
                                      .dscale = scale_.gradient,
                                      .doffset = offset_.gradient,
                                      .rows = rows(pass),
                                      .columns = columns_,
                                      .epsilon = epsilon_,
                                      .of_batch = uses_batch(pass),
                                      .scratch = pass.scratch});
  }

  std::optional<SeenMoments> seen_moments(const LayerPass& pass) const override {
    if (frozen()) return {};
    return SeenMoments{of_batch(pass), running(), columns_, rows(pass), unbiased_};
  }

  void update_statistics(const LayerPass& pass, const int32_t* halted) const override {
    if (frozen()) return;
    const Moments batch = of_batch(pass);
    const auto count = static_cast<double>(rows(pass));
    pass.backend.batch_norm_update({.mean = batch.mean,
                                    .variance = batch.variance,
                                    .running_mean = mean_.value,
                                    .running_variance = variance_.value,
                                    .columns = columns_,
                                    .momentum = momentum_,
                                    .correction = unbiased_ ? count / (count - 1) : 1,
                                    .halted = halted});
  }

 private:
  int64_t rows(const LayerPass& pass) const { return pass.rows * (outputs() / columns_); }
  bool uses_batch(const LayerPass& pass) const {
    return !frozen() && (pass.training || pass.batch_statistics);
  }
  Moments running() const { return {mean_.value, variance_.value}; }
  Moments of_batch(const LayerPass& pass) const { return {pass.kept, pass.kept + columns_}; }
  Moments moments_of(const LayerPass& pass) const {
    return uses_batch(pass) ? of_batch(pass) : running();
  }

  int64_t columns_;
  double epsilon_;
  double momentum_;
  bool unbiased_;
  Parameter scale_, offset_;
  Statistic mean_, variance_;
};

}  // namespace

std::unique_ptr<Layer> make_batch_norm(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<BatchNormLayer>(std::move(place), fields);
}

}  // namespace thalweg
