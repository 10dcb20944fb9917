// All rules, and their number. The id of a rule is its position in rules.def. Ids are never stored:
// files and options name rules by kName.
#pragma once

#define THALWEG_RULE(Rule)
#include "rules/rules.def"
#undef THALWEG_RULE

namespace thalweg {

#define THALWEG_RULE(Rule) +1
inline constexpr int kRuleCount = 0
#include "rules/rules.def"
    ;
#undef THALWEG_RULE

}  // namespace thalweg
