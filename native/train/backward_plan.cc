#include "train/backward_plan.h"

#include <algorithm>
#include <utility>

namespace thalweg {

namespace {

using Kind = BackwardStep::Kind;

// Whether an op's backward may write where it reads.
bool is_in_place(LayerKind kind) {
  return kind != LayerKind::kDense && kind != LayerKind::kEmbedding;
}

class Planner {
 public:
  explicit Planner(const std::vector<LayerOptions>& layers)
      : layers_(layers), slots_(layers.size() + 1, kNoSlot), needed_(layers.size() + 1, false) {
    for (size_t layer = 0; layer < layers.size(); ++layer)
      needed_[layer + 1] = is_trained(layers[layer]) || is_needed(layers[layer]);
  }

  BackwardPlan run() {
    plan_.first = slots_.back() = take(layers_.back().outputs);
    for (size_t layer = layers_.size(); layer-- > 0;) {
      if (!needed_[layer + 1]) continue;
      if (layers_[layer].kind == LayerKind::kAdd)
        run_add(layers_[layer], slots_[layer + 1]);
      else
        run_layer(layer, slots_[layer + 1]);
    }
    return std::move(plan_);
  }

 private:
  void run_layer(size_t layer, int dy) {
    const LayerOptions& options = layers_[layer];
    int dx = dy;
    if (!is_in_place(options.kind)) dx = needed_[options.from] ? take(options.inputs) : kNoSlot;
    plan_.steps.push_back({.kind = Kind::kLayer, .from = dy, .to = dx, .layer = layer});
    if (dx != dy) free_.push_back(dy);
    if (dx != kNoSlot) deliver(options.from, dx, options.inputs);
  }

  // Whether a parameter below what the op reads is trained.
  bool is_needed(const LayerOptions& options) const {
    return needed_[options.from] || (options.kind == LayerKind::kAdd && needed_[options.other]);
  }

  // The gradient of a sum is that of both its terms.
  void run_add(const LayerOptions& options, int dy) {
    if (needed_[options.other]) {
      int& slot = slots_[options.other];
      const Kind kind = slot == kNoSlot ? Kind::kCopy : Kind::kSum;
      if (slot == kNoSlot) slot = take(options.outputs);
      plan_.steps.push_back({.kind = kind, .from = dy, .to = slot, .width = options.outputs});
    }
    deliver(options.from, dy, options.outputs);
  }

  // `slot` holds a gradient of a value.
  void deliver(int64_t value, int slot, int64_t width) {
    if (needed_[value] && slots_[value] == kNoSlot) {
      slots_[value] = slot;
      return;
    }
    if (needed_[value])
      plan_.steps.push_back(
          {.kind = Kind::kSum, .from = slot, .to = slots_[value], .width = width});
    free_.push_back(slot);
  }

  int take(int64_t width) {
    if (free_.empty()) {
      plan_.widths.push_back(width);
      return static_cast<int>(plan_.widths.size()) - 1;
    }
    const int slot = free_.back();  // the latest: likeliest in a cache
    free_.pop_back();
    plan_.widths[slot] = std::max(plan_.widths[slot], width);
    return slot;
  }

  const std::vector<LayerOptions>& layers_;
  std::vector<int> slots_;    // of each value's gradient
  std::vector<bool> needed_;  // whether a parameter on the way to the value is trained
  std::vector<int> free_;
  BackwardPlan plan_;
};

}  // namespace

BackwardPlan plan_backward(const std::vector<LayerOptions>& layers) {
  return Planner(layers).run();
}

}  // namespace thalweg
