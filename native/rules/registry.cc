#include "rules/registry.h"

#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "core/error.h"
#include "rules/rules.h"

namespace thalweg {

namespace {

template <size_t kCount>
std::vector<const char*> to_vector(const Names<kCount>& list) {
  return {list.values, list.values + kCount};
}

template <class Rule>
void write_coefficients(const double* hyper, int64_t step, double* scalars, float* out) {
  using Coefficients = typename Rule::Coefficients;
  static_assert(std::is_trivially_copyable_v<Coefficients>);
  static_assert(std::string_view(Rule::kHyper.values[0]) == "learningRate");
  static_assert(sizeof(Coefficients) <= kMaxCoefficients * sizeof(float));
  static_assert(Rule::kSlots.count <= kMaxSlots && Rule::kHyper.count <= kMaxHyper &&
                Rule::kScalars.count <= kMaxScalars);
  const Coefficients values = Rule::coefficients(hyper, step, scalars);
  std::memcpy(out, &values, sizeof values);
}

template <class Rule>
typename Rule::Coefficients read(const float* coefficients) {
  typename Rule::Coefficients values;
  std::memcpy(&values, coefficients, sizeof values);
  return values;
}

template <class Rule>
rules::Bound move(const float* coefficients, rules::Bound gradient, rules::Bound weight,
                  rules::Bound* slots) {
  const auto values = read<Rule>(coefficients);
  if constexpr (rules::TensorRule<Rule>) {
    // This is more than the square root of the largest number of elements, twice for rounding.
    constexpr double kNorm = 0x1p27 * 2;
    const rules::Bound u = Rule::direction(values, gradient, weight, slots);
    const double reach = Rule::reach(values) * weight.largest() * kNorm;
    return Rule::apply(values, u.with(rules::Bound::within(reach)), rules::Bound(), slots);
  } else {
    return Rule::apply(values, gradient, rules::Bound(), slots);
  }
}

template <class Rule>
constexpr auto ratio_function() {
  using Function = float (*)(const float*, double, double);
  if constexpr (rules::TensorRule<Rule>)
    return Function{[](const float* coefficients, double weights, double measured) {
      return tensor_ratio<Rule>(read<Rule>(coefficients), weights, measured);
    }};
  else
    return Function{nullptr};
}

template <class Rule>
RuleInfo describe() {
  return {Rule::kName,
          to_vector(Rule::kHyper),
          to_vector(Rule::kSlots),
          to_vector(Rule::kScalars),
          &write_coefficients<Rule>,
          rules::DecayingRule<Rule>,
          ratio_function<Rule>(),
          &move<Rule>};
}

}  // namespace

const std::vector<RuleInfo>& rule_infos() {
  static const std::vector<RuleInfo>& infos = *new std::vector<RuleInfo>{
#define THALWEG_RULE(Rule) describe<rules::Rule>(),
#include "rules/rules.def"
#undef THALWEG_RULE
  };
  return infos;
}

int find_rule(std::string_view name) {
  for (int id = 0; id < kRuleCount; ++id)
    if (name == rule_infos()[id].name) return id;
  throw Error({ErrorCode::kRange, "rule", std::string(name), "the name of an update rule"});
}

}  // namespace thalweg
