// An embedding: inputs are row numbers of a table, and outputs are these rows. Only the first layer
// of a network can be one.
#include "core/round.h"
#include "layers/registry.h"

namespace thalweg {

namespace {

class EmbeddingLayer final : public Layer {
 public:
  EmbeddingLayer(LayerPlace place, const LayerFields& fields)
      : Layer(std::move(place)),
        count_(fields.count("count", 1)),
        units_(fields.count("units", 1)) {
    // This check divides, because the product could overflow.
    if (outputs() % units_ != 0 || outputs() / units_ != inputs())
      refuse_outputs(std::to_string(inputs()) + " * " + std::to_string(units_));
    own(weight_, count_, units_);
  }

  int64_t scratch(int64_t rows) const override {
    return ceil_div(embedding_scratch(rows * inputs()), kPerDouble);
  }
  BackwardWay backward_way() const override { return BackwardWay::kApart; }
  int64_t index_limit() const override { return count_; }

  void forward(const LayerPass& pass) const override {
    pass.backend.embedding_forward(
        {pass.x[0], weight_.value, pass.y, pass.rows * inputs(), units_});
  }

  // Indices have no gradient, so dx is not written.
  void backward(const LayerPass& pass, float* dy, float* /*dx*/) const override {
    pass.backend.embedding_backward({.x = pass.x[0],
                                     .dy = dy,
                                     .dweight = weight_.gradient,
                                     .positions = pass.rows * inputs(),
                                     .count = count_,
                                     .units = units_,
                                     .scratch = reinterpret_cast<uint32_t*>(pass.scratch)});
  }

 private:
  static constexpr int64_t kPerDouble = sizeof(double) / sizeof(uint32_t);

  int64_t count_;
  int64_t units_;
  Parameter weight_;
};

}  // namespace

std::unique_ptr<Layer> make_embedding(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<EmbeddingLayer>(std::move(place), fields);
}

}  // namespace thalweg
