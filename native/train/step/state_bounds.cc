#include "train/step/state_bounds.h"

#include <cstddef>
#include <limits>

namespace thalweg {

namespace {

using rules::Bound;

// A smaller move rounds no finite weight to infinity, because it is below a quarter of the last
// place of the largest float32.
constexpr double kSureMove = 0x1p102;

// Weights beyond this may be infinite or NaN.
constexpr double kHuge = std::numeric_limits<float>::max();

// True where decoupled decay makes no weight larger.
bool only_shrinks(const StepCoefficients& group) { return group.shrink >= 0 && group.shrink <= 1; }

// Moves the bounds over a step. Returns false where something may overflow.
bool step(const StepWork& work, int group, double gradient, GroupBounds& bounds) {
  const StepCoefficients& values = work.groups[group];
  Bound g = Bound::within(gradient);
  if (is_coupled(work.decays[group])) g = g + values.l2 * bounds.weight;
  if (!only_shrinks(values)) bounds.weight = bounds.weight - values.shrink * bounds.weight;
  const RuleInfo& rule = rule_infos()[work.rule];
  const Bound move = rule.move(values.rule, g, bounds.weight, bounds.slot);
  if (!(move.largest() < kSureMove)) return false;
  for (size_t slot = 0; slot < rule.slots.size(); ++slot)
    if (!bounds.slot[slot].is_finite()) return false;
  bounds.weight = bounds.weight + move;
  if (!only_shrinks(values) && !bounds.weight.is_finite()) return false;
  if (work.average_rate == 0) return true;
  const Bound change = work.average_rate * (bounds.weight - bounds.average);
  // The new average lies between the old one and the weight, except for rounding.
  bounds.average = bounds.average.with(Bound::within(bounds.weight.largest() * (1 + 0x1p-20)));
  return change.is_finite();
}

}  // namespace

void GroupBounds::add(const GroupBounds& other) {
  weight = weight.with(other.weight);
  average = average.with(other.average);
  for (int i = 0; i < kMaxSlots; ++i) slot[i] = slot[i].with(other.slot[i]);
}

StateBounds::StateBounds(size_t groups) : groups_(groups), next_(groups) { forget_weights(); }

void StateBounds::forget() {
  forget_weights();
  for (GroupBounds& group : groups_) {
    group.average = Bound::unknown();
    for (Bound& slot : group.slot) slot = Bound::unknown();
  }
}

void StateBounds::forget_weights() {
  for (GroupBounds& group : groups_) group.weight = Bound::unknown();
}

void StateBounds::set_weights(double largest) {
  const Bound bound = largest < kHuge ? Bound::within(largest) : Bound::unknown();
  for (GroupBounds& group : groups_) group.weight = bound;
}

bool StateBounds::lacks_weights(const StepWork& work) const {
  for (size_t i = 0; i < groups_.size(); ++i) {
    const bool matters = is_coupled(work.decays[i]) || !only_shrinks(work.groups[i]) ||
                         work.average_rate != 0 || rule_infos()[work.rule].ratio != nullptr;
    if (matters && !groups_[i].weight.is_finite()) return true;
  }
  return false;
}

bool StateBounds::cannot_overflow(const StepWork& work, double gradient) {
  next_ = groups_;
  for (size_t i = 0; i < next_.size(); ++i)
    if (!step(work, static_cast<int>(i), gradient, next_[i])) return false;
  return true;
}

bool StateBounds::advance(const StepWork& work, double gradient) {
  if (!cannot_overflow(work, gradient)) return false;
  for (size_t i = 0; i < next_.size(); ++i) groups_[i].add(next_[i]);
  return true;
}

}  // namespace thalweg
