// Describes the rules as data, for the host code and TypeScript.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/bound.h"
#include "rules/rule.h"

namespace thalweg {

struct RuleInfo {
  const char* name;
  std::vector<const char*> hyper;
  std::vector<const char*> slots;
  std::vector<const char*> scalars;
  // Writes the rule's float32 coefficients for step `step` (from 1) of a group. `scalars` is the
  // scalar state of the group, which the call updates.
  void (*coefficients)(const double* hyper, int64_t step, double* scalars, float* out);
  // True if the rule decays weights itself.
  bool decays;
  // Computes tensor_ratio() of rule.h. Null for a rule that does not look at whole tensors.
  float (*ratio)(const float* coefficients, double weights, double measured);
  // Returns how far a step with these coefficients can move a weight if its gradient, value and
  // slots lie within these bounds. Replaces the bounds of the slots by those after the step.
  rules::Bound (*move)(const float* coefficients, rules::Bound gradient, rules::Bound weight,
                       rules::Bound* slots);
};

const std::vector<RuleInfo>& rule_infos();
// Returns the id of the rule with this name. Throws RANGE.
int find_rule(std::string_view name);

}  // namespace thalweg
