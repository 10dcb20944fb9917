#include "train/data/check_labels.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/error.h"
#include "data/scan.h"

namespace thalweg {

namespace {

// The number of bytes between two checks of the cancel flag.
constexpr size_t kOften = size_t{1} << 20;
// The sum of a distribution may differ from 1 by so much, because labels may be rounded percents.
constexpr double kNearOne = 0.02;

[[noreturn]] void refuse(int64_t row, const std::string& name, std::string received,
                         std::string expected, std::string remedy) {
  throw Error({ErrorCode::kRange, "label of row " + std::to_string(row) + " of " + name,
               std::move(received), std::move(expected), std::move(remedy)});
}

void check_classes(const data::Dataset& dataset, int64_t count, const std::string& name,
                   const CancelFlag* cancel) {
  const auto limit = static_cast<uint32_t>(count);
  const auto check_block = [&](int64_t first, int64_t rows, const void* block) {
    const auto* labels = static_cast<const int32_t*>(block);
    uint32_t greatest = 0;
    for (int64_t row = 0; row < rows; ++row)
      greatest = std::max(greatest, static_cast<uint32_t>(labels[row]));
    if (greatest < limit) return;
    const auto* wrong = std::find_if(labels, labels + rows, [=](int32_t label) {
      return static_cast<uint32_t>(label) >= limit;
    });
    refuse(first + (wrong - labels), name, std::to_string(*wrong),
           "a class in [0, " + std::to_string(count) + ")",
           "count classes from 0, and give the model an output for each");
  };
  data::scan(dataset, data::Column::kLabels, kOften, cancel, check_block);
}

bool is_no_probability(float value) { return value < 0 || value > 1; }

// The loop has no branch, so the compiler can turn it into vectors.
bool are_probabilities(const float* values, int64_t count) {
  int wrong = 0;
  for (int64_t i = 0; i < count; ++i)
    wrong |= static_cast<int>(values[i] < 0) | static_cast<int>(values[i] > 1);
  return wrong == 0;
}

double sum_of(const float* values, int64_t count) {
  double sum = 0;
  for (int64_t i = 0; i < count; ++i) sum += values[i];
  return sum;
}

bool is_no_distribution(const float* values, int64_t count) {
  return !are_probabilities(values, count) || std::fabs(sum_of(values, count) - 1) > kNearOne;
}

[[noreturn]] void refuse_values(int64_t row, const float* values, int64_t width,
                                bool as_distributions, const std::string& name) {
  const float* wrong = std::find_if(values, values + width, is_no_probability);
  if (!as_distributions)
    refuse(row, name, std::to_string(*wrong), "a probability in [0, 1]",
           "scale the labels: (y + 1) / 2 for -1 and 1, y / 255 for bytes, y / 100 for percents");
  refuse(row, name,
         wrong != values + width ? std::to_string(*wrong)
                                 : "values whose sum is " + std::to_string(sum_of(values, width)),
         "a distribution: values in [0, 1] whose sum is 1",
         "divide each row by its sum, leave rows without a class out, or give class indices");
}

void check_probabilities(const data::Dataset& dataset, bool as_distributions,
                         const std::string& name, const CancelFlag* cancel) {
  const int64_t width = dataset.format().label_width;
  const auto check_block = [&](int64_t first, int64_t rows, const void* block) {
    const auto* labels = static_cast<const float*>(block);
    if (!as_distributions && are_probabilities(labels, rows * width)) return;
    for (int64_t row = 0; row < rows; ++row) {
      const float* values = labels + row * width;
      if (as_distributions ? is_no_distribution(values, width) : !are_probabilities(values, width))
        refuse_values(first + row, values, width, as_distributions, name);
    }
  };
  data::scan(dataset, data::Column::kLabels, kOften, cancel, check_block);
}

}  // namespace

void check_labels(const data::Dataset& dataset, LossKind loss, int64_t outputs,
                  const std::string& name, const CancelFlag* cancel) {
  const bool softmax = loss == LossKind::kSoftmaxCrossEntropy;
  if (dataset.format().is_sparse()) return check_classes(dataset, outputs, name, cancel);
  if (dataset.format().label_type != data::LabelType::kDense) return;
  if (softmax || loss == LossKind::kSigmoidCrossEntropy)
    check_probabilities(dataset, softmax, name, cancel);
}

}  // namespace thalweg
