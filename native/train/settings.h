// The settings of a step as they cross from TypeScript: a row of numbers, the
// same for optim.bind and the trainer. src/optim/settings.ts writes them.
#pragma once

#include <string>
#include <vector>

#include "core/error.h"
#include "train/stepper.h"

namespace thalweg {

// [gradientScale, clipValue, clipTensorNorm, clipGlobalNorm, nonFinite,
// reportNorm, then per group the rule's hyper-parameters, l2, weightDecay]
inline constexpr size_t kCommonSettings = 6;

inline StepSettings read_settings(const double* values, size_t length, const Stepper& stepper) {
  const size_t expected =
      kCommonSettings + static_cast<size_t>(stepper.options().groups) * stepper.hyper_count();
  if (length != expected)
    throw Error({"SHAPE", "settings", std::to_string(length), std::to_string(expected), ""});
  StepSettings settings;
  settings.gradient_scale = values[0];
  settings.clip_value = values[1];
  settings.clip_tensor_norm = values[2];
  settings.clip_global_norm = values[3];
  settings.non_finite = static_cast<NonFinite>(static_cast<int>(values[4]));
  settings.report_norm = values[5] != 0;
  settings.groups = values + kCommonSettings;
  return settings;
}

// The same settings with each step's learning rates put in, from a table
// [steps][groups].
class SettingsReader {
 public:
  SettingsReader(std::vector<double> values, const std::vector<double>& rates,
                 const Stepper& stepper)
      : values_(std::move(values)), rates_(rates), stepper_(stepper) {}

  StepSettings at(int64_t step) {
    const int groups = stepper_.options().groups;
    for (int group = 0; group < groups; ++group)
      values_[kCommonSettings + group * stepper_.hyper_count()] = rates_[step * groups + group];
    return read_settings(values_.data(), values_.size(), stepper_);
  }

 private:
  std::vector<double> values_;
  const std::vector<double>& rates_;
  const Stepper& stepper_;
};

}  // namespace thalweg
