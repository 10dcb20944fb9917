// The settings of a step as TypeScript passes them: a row of numbers, the same for optim.bind and
// the trainer. src/optim/settings.ts writes it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "train/stepper.h"

namespace thalweg {

// A row is [gradientScale, clipValue, clipTensorNorm, clipGlobalNorm, nonFinite, reportNorm], then
// for each group the rule's hyper-parameters, l2 and weightDecay.
inline constexpr size_t kCommonSettings = 6;

inline size_t settings_length(const Stepper& stepper) {
  return kCommonSettings + static_cast<size_t>(stepper.options().groups) * stepper.hyper_count();
}

inline StepSettings read_settings(const double* values, size_t length, const Stepper& stepper) {
  const size_t expected = settings_length(stepper);
  if (length != expected)
    throw Error({ErrorCode::kShape, "settings", std::to_string(length), std::to_string(expected)});
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

// The numbers that change from step to step: learning rates, and whatever else follows a schedule.
struct StepTable {
  std::vector<double> columns;  // positions in the settings row
  std::vector<double> values;   // [steps][columns]
};

// Reads the settings row with each step's own values put in. A trainer's row may continue behind
// the groups: [averageDecay, then the rate of each dropout layer].
class SettingsReader {
 public:
  SettingsReader(std::vector<double> values, const StepTable& table, const Stepper& stepper)
      : values_(std::move(values)), table_(table), stepper_(stepper) {
    for (const double column : table_.columns)
      if (!(column >= 0 && column < static_cast<double>(values_.size())))
        throw Error({ErrorCode::kShape, "columns", std::to_string(column),
                     "less than " + std::to_string(values_.size())});
  }

  // Returns the settings of a step, counted from the table's first.
  StepSettings at(int64_t step) {
    const size_t width = table_.columns.size();
    // These numbers may come from a file, so their product could wrap. A quotient cannot.
    const size_t steps = width == 0 ? SIZE_MAX : table_.values.size() / width;
    if (step < 0 || static_cast<size_t>(step) >= steps)
      throw Error({ErrorCode::kRange, "rates", "step " + std::to_string(step) + " of the table",
                   "a step in [0, " + std::to_string(steps) + ")"});
    for (size_t i = 0; i < width; ++i)
      values_[static_cast<size_t>(table_.columns[i])] = table_.values[step * width + i];
    const size_t length = std::min(settings_length(stepper_), values_.size());
    StepSettings settings = read_settings(values_.data(), length, stepper_);
    if (values_.size() > length) settings.average_decay = values_[length];
    if (values_.size() > length + 1) settings.dropout_rates = values_.data() + length + 1;
    return settings;
  }

 private:
  std::vector<double> values_;
  const StepTable& table_;
  const Stepper& stepper_;
};

}  // namespace thalweg
