// The settings of a step as TypeScript passes them: a row of numbers, the same for optim.bind and
// the trainer. rules/settings.def lists them, and src/optim/settings-row.ts writes them.
#pragma once

#include <cmath>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "core/error.h"
#include "train/step/stepper.h"

namespace thalweg {

// The number of settings of the step, with which the row begins.
inline constexpr size_t kStepSettings = 0
#define THALWEG_STEP_SETTING(name, member) +1
#include "rules/settings.def"
    ;
// The number of settings of a trainer, which follow those of the groups.
inline constexpr size_t kTrainerSettings = 0
#define THALWEG_TRAINER_SETTING(name, member) +1
#include "rules/settings.def"
    ;

inline size_t settings_length(const Stepper& stepper) {
  return kStepSettings + static_cast<size_t>(stepper.options().groups) * stepper.hyper_count();
}

inline void read_setting(double number, double& setting) { setting = number; }
inline void read_setting(double number, bool& setting) { setting = number != 0; }
inline void read_setting(double number, NonFinite& setting) {
  if (!(number >= 0 && number < std::size(kNonFiniteNames) && number == std::trunc(number)))
    throw Error(
        {ErrorCode::kRange, "nonFinite", std::to_string(number),
         "the number of a policy, less than " + std::to_string(std::size(kNonFiniteNames))});
  setting = static_cast<NonFinite>(static_cast<int>(number));
}

inline StepSettings read_settings(const double* values, size_t length, const Stepper& stepper) {
  const size_t expected = settings_length(stepper);
  if (length != expected)
    throw Error({ErrorCode::kShape, "settings", std::to_string(length), std::to_string(expected)});
  StepSettings settings;
#define THALWEG_STEP_SETTING(name, member) read_setting(*values++, settings.member);
#include "rules/settings.def"
  settings.groups = values;
  return settings;
}

// The numbers that change from step to step: learning rates, and whatever else follows a schedule.
struct StepTable {
  std::vector<double> columns;  // positions in the settings row
  std::vector<double> values;   // [steps][columns]
};

// Reads a trainer's settings row with each step's own values put in. Behind the groups it has the
// trainer's settings and the rate of each dropout layer.
class SettingsReader {
 public:
  SettingsReader(std::vector<double> values, const StepTable& table, const Stepper& stepper,
                 size_t dropout_rates)
      : values_(std::move(values)), table_(table), stepper_(stepper) {
    const size_t expected = settings_length(stepper) + kTrainerSettings + dropout_rates;
    if (values_.size() != expected)
      throw Error({ErrorCode::kShape, "settings", std::to_string(values_.size()),
                   std::to_string(expected)});
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
    const size_t length = settings_length(stepper_);
    StepSettings settings = read_settings(values_.data(), length, stepper_);
    const double* value = values_.data() + length;
#define THALWEG_TRAINER_SETTING(name, member) read_setting(*value++, settings.member);
#include "rules/settings.def"
    settings.dropout_rates = value;
    return settings;
  }

 private:
  std::vector<double> values_;
  const StepTable& table_;
  const Stepper& stepper_;
};

}  // namespace thalweg
