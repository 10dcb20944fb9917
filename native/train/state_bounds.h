// What is known of the numbers that an optimizer works on, group by group, without reading them:
// the intervals that hold all weights, slots and averages. They tell beforehand that a step with
// ordinary gradients overflows nothing, so that only other steps are rehearsed.
#pragma once

#include <vector>

#include "backends/step_work.h"
#include "rules/registry.h"

namespace thalweg {

// A gradient whose elements stay below this is ordinary.
inline constexpr float kOrdinary = 0x1p40f;

// The intervals of one parameter group.
struct GroupBounds {
  rules::Bound weight, average;
  rules::Bound slot[kMaxSlots];

  void add(const GroupBounds& other);
};

class StateBounds {
 public:
  // Slots and averages are 0, weights unknown.
  explicit StateBounds(size_t groups);

  // Slots and averages may have become anything, and weights, too.
  void forget();
  void forget_weights();
  // No weight exceeds this.
  void set_weights(double largest);
  void set(const std::vector<GroupBounds>& bounds) { groups_ = bounds; }

  // Whether the step must know of the weights, and does not.
  bool lacks_weights(const StepWork& work) const;
  // Whether the step surely overflows nothing, where no element of the prepared gradient exceeds
  // `gradient`; the bounds then hold before and after it.
  bool advance(const StepWork& work, double gradient);
  // The same, before the step is decided on.
  bool is_sure(const StepWork& work, double gradient);

 private:
  std::vector<GroupBounds> groups_;
  std::vector<GroupBounds> next_;  // after the step that is_sure() looked at
};

}  // namespace thalweg
