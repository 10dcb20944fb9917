// The rules as data: what the host code and TypeScript ask of a rule by id.
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
  // Writes the rule's float32 coefficients for step `step` (from 1) of a group;
  // `scalars` is the group's scalar state, advanced by the call.
  void (*coefficients)(const double* hyper, int64_t step, double* scalars, float* out);
  // Whether the rule decays weights itself.
  bool decays;
  // As rule.h's ratio() from sums of squares; null for a rule that looks at no tensor.
  float (*ratio)(const float* coefficients, double weights, double measured);
  // By how much a step with these coefficients can move a weight, where its gradient, weight and
  // slots lie within these bounds; the slots' bounds become those after the step.
  rules::Bound (*move)(const float* coefficients, rules::Bound gradient, rules::Bound weight,
                       rules::Bound* slots);
};

const std::vector<RuleInfo>& rule_infos();
// The id of the rule with this name; throws RANGE.
int find_rule(std::string_view name);

}  // namespace thalweg
