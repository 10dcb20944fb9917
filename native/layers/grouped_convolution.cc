// The convolution in groups: each group of filters sees its own group of channels. A group is a
// convolution of copied channels.
#include <algorithm>

#include "layers/patch_products.h"
#include "layers/registry.h"
#include "layers/summed_convolution.h"

namespace thalweg {

namespace {

constexpr int64_t kAligned = 16;  // floats of 64 bytes

class GroupedConvolutionLayer final : public SummedConvolution {
 public:
  GroupedConvolutionLayer(LayerPlace place, const LayerFields& fields)
      : SummedConvolution(std::move(place), fields),
        groups_(fields.count("groups", 1)),
        products_(group_window(), filters_ / groups_) {
    own_parameters(fields, products_.patch_length());
  }

  int64_t workspace(int64_t rows) const override { return room(nullptr, rows).length; }
  int64_t scratch(int64_t rows) const override {
    return column_scratch(rows * window_.positions(), filters_);
  }

  void forward(const LayerPass& pass) const override {
    const Room at = room(pass.workspace, pass.rows);
    for (int64_t group = 0; group < groups_; ++group) {
      take_weights(pass.backend, group, at.weight);
      products_.for_each_group(pass.rows, [&](int64_t first, int64_t count) {
        take_channels(pass, group, first, count, at.x);
        products_.forward(pass.backend, at.x, count, at.patches,
                          {.x = nullptr,
                           .weight = at.weight,
                           .bias = bias_.value == nullptr ? nullptr : bias_.value + group * width(),
                           .y = at.y,
                           .before = nullptr,
                           .rows = 0,
                           .inputs = 0,
                           .outputs = 0,
                           .activation = Activation::kNone,
                           .slope = 0});
        pass.backend.copy_columns({at.y, sums(pass) + first * outputs() + group * width(),
                                   count * window_.positions(), width(), width(), filters_});
      });
    }
    activate(pass);
  }

  void backward(const LayerPass& pass, float* dy, float* dx) const override {
    go_back_through_activation(pass, dy);
    if (weight_.gradient == nullptr && dx == nullptr) return;
    for (int64_t group = 0; group < groups_; ++group) backward_group(pass, group, dy, dx);
  }

 private:
  // The parts of the workspace, for one group of channels and the pictures at once.
  struct Room {
    float *weight, *dweight, *x, *y, *patches;
    int64_t length;
  };

  // Returns the window on the channels of a group. Throws SHAPE where groups leave a rest.
  Window group_window() const {
    if (window_.channels % groups_ != 0 || filters_ % groups_ != 0)
      refuse_outputs("channels and filters that " + std::to_string(groups_) + " groups divide");
    Window window = window_;
    window.channels /= groups_;
    return window;
  }
  int64_t width() const { return filters_ / groups_; }
  int64_t channels() const { return window_.channels / groups_; }

  // Lays out the workspace that begins at `memory`.
  Room room(float* memory, int64_t rows) const {
    const int64_t pictures = products_.pictures_at_once(rows);
    int64_t length = 0;
    const auto take = [&](int64_t numbers) {
      const int64_t first = length;
      length += (numbers + kAligned - 1) / kAligned * kAligned;
      return memory == nullptr ? nullptr : memory + first;
    };
    Room room = {};
    room.weight = take(products_.patch_length() * width());
    room.dweight = take(products_.patch_length() * width());
    room.x = take(pictures * window_.pixels() * channels());
    room.y = take(pictures * window_.positions() * width());
    room.patches = take(products_.workspace(rows));
    room.length = length;
    return room;
  }

  void take_weights(Backend& backend, int64_t group, float* to) const {
    backend.copy_columns({weight_.value + group * width(), to, products_.patch_length(), width(),
                          filters_, width()});
  }
  void take_channels(const LayerPass& pass, int64_t group, int64_t first, int64_t count,
                     float* to) const {
    pass.backend.copy_columns({pass.x[0] + first * inputs() + group * channels(), to,
                               count * window_.pixels(), channels(), window_.channels, channels()});
  }

  void backward_group(const LayerPass& pass, int64_t group, const float* dy, float* dx) const {
    Backend& backend = pass.backend;
    const Room at = room(pass.workspace, pass.rows);
    DenseBackward op = {};
    op.weight = at.weight;
    op.y = op.dy = at.y;  // without an activation nothing follows from y
    op.dweight = weight_.gradient == nullptr ? nullptr : at.dweight;
    op.activation = Activation::kNone;
    op.scratch = pass.scratch;
    take_weights(backend, group, at.weight);
    products_.for_each_group(pass.rows, [&](int64_t first, int64_t count) {
      backend.copy_columns({dy + first * outputs() + group * width(), at.y,
                            count * window_.positions(), width(), filters_, width()});
      if (op.dweight != nullptr) take_channels(pass, group, first, count, at.x);
      op.adds = first > 0;
      products_.backward(backend, at.x, count, at.patches, op, dx == nullptr ? nullptr : at.x);
      if (dx == nullptr) return;
      backend.copy_columns({at.x, dx + first * inputs() + group * channels(),
                            count * window_.pixels(), channels(), channels(), window_.channels});
    });
    if (op.dweight != nullptr)
      backend.copy_columns({at.dweight, weight_.gradient + group * width(),
                            products_.patch_length(), width(), width(), filters_});
  }

  int64_t groups_;
  PatchProducts products_;
};

}  // namespace

std::unique_ptr<Layer> make_grouped_convolution(LayerPlace place, const LayerFields& fields) {
  return std::make_unique<GroupedConvolutionLayer>(std::move(place), fields);
}

}  // namespace thalweg
