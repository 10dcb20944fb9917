#include "train/plan/backward_plan.h"

#include <algorithm>
#include <utility>

#include "train/step/frozen.h"

namespace thalweg {

namespace {

using Kind = BackwardStep::Kind;

class Planner {
 public:
  explicit Planner(const Layers& layers)
      : layers_(layers), slots_(layers.size() + 1, kNoSlot), needed_(layers.size() + 1, false) {
    for (size_t layer = 0; layer < layers.size(); ++layer)
      needed_[layer + 1] = is_trained(*layers[layer]) || is_needed(*layers[layer]);
  }

  BackwardPlan run() {
    plan_.first = slots_.back() = take(layers_.back()->outputs());
    for (size_t layer = layers_.size(); layer-- > 0;) {
      if (!needed_[layer + 1]) continue;
      if (layers_[layer]->backward_way() == BackwardWay::kThrough)
        pass_on(*layers_[layer], slots_[layer + 1]);
      else
        run_layer(layer, slots_[layer + 1]);
    }
    return std::move(plan_);
  }

 private:
  // Plans the backward step of a layer that reads one value.
  void run_layer(size_t index, int dy) {
    const Layer& layer = *layers_[index];
    const int64_t from = layer.from().front();
    int dx = dy;
    if (layer.backward_way() == BackwardWay::kApart)
      dx = needed_[from] ? take(layer.inputs()) : kNoSlot;
    plan_.steps.push_back({.kind = Kind::kLayer, .from = dy, .to = dx, .layer = index});
    if (dx != dy) free_.push_back(dy);
    if (dx != kNoSlot) deliver(from, dx, layer.inputs());
  }

  // True where a parameter below the layer is trained.
  bool is_needed(const Layer& layer) const {
    const std::vector<int64_t>& from = layer.from();
    return std::any_of(from.begin(), from.end(), [&](int64_t value) { return needed_[value]; });
  }

  // The gradient of the layer's output is also that of each value it reads. The first value takes
  // over its slot.
  void pass_on(const Layer& layer, int dy) {
    const std::vector<int64_t>& from = layer.from();
    const int64_t width = layer.inputs();
    for (size_t i = from.size(); i-- > 1;) {
      if (!needed_[from[i]]) continue;
      int& slot = slots_[from[i]];
      const Kind kind = slot == kNoSlot ? Kind::kCopy : Kind::kSum;
      if (slot == kNoSlot) slot = take(width);
      plan_.steps.push_back({.kind = kind, .from = dy, .to = slot, .width = width});
    }
    deliver(from.front(), dy, width);
  }

  // Gives the value the gradient in `slot`, or adds that to the gradient it has.
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
    const int slot = free_.back();  // the latest is the likeliest in a cache
    free_.pop_back();
    plan_.widths[slot] = std::max(plan_.widths[slot], width);
    return slot;
  }

  const Layers& layers_;
  std::vector<int> slots_;    // the slot of each value's gradient
  std::vector<bool> needed_;  // true where a trained parameter is at or below the value
  std::vector<int> free_;
  BackwardPlan plan_;
};

}  // namespace

BackwardPlan plan_backward(const Layers& layers) { return Planner(layers).run(); }

}  // namespace thalweg
