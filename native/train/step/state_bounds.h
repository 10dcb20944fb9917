// Intervals that hold all weights, slots and averages of each group, known without reading them.
// They rule out an overflow in steps with ordinary gradients, so only other steps are rehearsed.
#pragma once

#include <vector>

#include "backends/step_work.h"
#include "rules/registry.h"

namespace thalweg {

// A gradient is ordinary where every element is below this.
inline constexpr float kOrdinary = 0x1p40f;

// The intervals of one parameter group.
struct GroupBounds {
  rules::Bound weight, average;
  rules::Bound slot[kMaxSlots];

  void add(const GroupBounds& other);
};

class StateBounds {
 public:
  // At first slots and averages are 0, and weights are unknown.
  explicit StateBounds(size_t groups);

  // These drop the bounds of all arrays, or of the weights alone, which may have become anything.
  void forget();
  void forget_weights();
  // Says that no weight is larger than this.
  void set_weights(double largest);
  void set(const std::vector<GroupBounds>& bounds) { groups_ = bounds; }

  // True where the step needs a bound of the weights and none is known.
  bool lacks_weights(const StepWork& work) const;
  // Returns true where the step surely overflows nothing, if no element of the prepared gradient
  // exceeds `gradient`. The bounds then hold before and after the step.
  bool advance(const StepWork& work, double gradient);
  // Returns what advance() would, and leaves the bounds as they are.
  bool cannot_overflow(const StepWork& work, double gradient);

 private:
  std::vector<GroupBounds> groups_;
  std::vector<GroupBounds> next_;  // the bounds after the step of cannot_overflow()
};

}  // namespace thalweg
