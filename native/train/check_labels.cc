#include "train/check_labels.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace thalweg {

namespace {

// The number of values between two checks of the cancel flag.
constexpr int64_t kOften = int64_t{1} << 18;
// The sum of a distribution may differ from 1 by so much, because labels may be rounded percents.
constexpr double kNearOne = 0.02;

// Returns the first row of [0, rows) for which is_wrong(row) holds, or `rows`. `are_fine(first,
// last)` checks many rows at once.
template <class AreFine, class IsWrong>
int64_t first_wrong(int64_t rows, int64_t width, const CancelFlag* cancel, AreFine are_fine,
                    IsWrong is_wrong) {
  const int64_t often = std::max<int64_t>(kOften / width, 1);
  for (int64_t first = 0; first < rows; first += often) {
    refuse_cancelled(cancel);
    const int64_t last = std::min(rows, first + often);
    if (are_fine(first, last)) continue;
    for (int64_t row = first; row < last; ++row)
      if (is_wrong(row)) return row;
  }
  return rows;
}

[[noreturn]] void refuse(int64_t row, const std::string& name, std::string received,
                         std::string expected, std::string remedy) {
  throw Error({"RANGE", "label of row " + std::to_string(row) + " of " + name, std::move(received),
               std::move(expected), std::move(remedy)});
}

void check_classes(const data::Dataset& dataset, int64_t count, const std::string& name,
                   const CancelFlag* cancel) {
  const auto* labels = static_cast<const int32_t*>(dataset.labels.data());
  const auto limit = static_cast<uint32_t>(count);
  const auto is_wrong = [=](int64_t row) { return static_cast<uint32_t>(labels[row]) >= limit; };
  const auto are_fine = [=](int64_t first, int64_t last) {
    uint32_t greatest = 0;
    for (int64_t row = first; row < last; ++row)
      greatest = std::max(greatest, static_cast<uint32_t>(labels[row]));
    return greatest < limit;
  };
  const int64_t row = first_wrong(dataset.rows, 1, cancel, are_fine, is_wrong);
  if (row < dataset.rows)
    refuse(row, name, std::to_string(labels[row]), "a class in [0, " + std::to_string(count) + ")",
           "count classes from 0, and give the model an output for each");
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

void check_probabilities(const data::Dataset& dataset, bool as_distributions,
                         const std::string& name, const CancelFlag* cancel) {
  const auto* labels = static_cast<const float*>(dataset.labels.data());
  const int64_t width = dataset.label_width;
  const auto is_wrong = [=](int64_t row) {
    const float* values = labels + row * width;
    return as_distributions ? is_no_distribution(values, width) : !are_probabilities(values, width);
  };
  const auto are_fine = [=](int64_t first, int64_t last) {
    return !as_distributions && are_probabilities(labels + first * width, (last - first) * width);
  };
  const int64_t row = first_wrong(dataset.rows, width, cancel, are_fine, is_wrong);
  if (row == dataset.rows) return;
  const float* values = labels + row * width;
  const float* wrong = std::find_if(values, values + width, is_no_probability);
  const std::string scale =
      "scale the labels: (y + 1) / 2 for -1 and 1, y / 255 for bytes, y / 100 for percents";
  if (!as_distributions)
    refuse(row, name, std::to_string(*wrong), "a probability in [0, 1]", scale);
  refuse(row, name,
         wrong != values + width ? std::to_string(*wrong)
                                 : "values whose sum is " + std::to_string(sum_of(values, width)),
         "a distribution: values in [0, 1] whose sum is 1",
         "divide each row by its sum, leave rows without a class out, or give class indices");
}

}  // namespace

void check_labels(const data::Dataset& dataset, LossKind loss, int64_t outputs,
                  const std::string& name, const CancelFlag* cancel) {
  const bool softmax = loss == LossKind::kSoftmaxCrossEntropy;
  if (dataset.label_type == data::LabelType::kSparse)
    return check_classes(dataset, outputs, name, cancel);
  if (dataset.label_type != data::LabelType::kDense) return;
  if (softmax || loss == LossKind::kSigmoidCrossEntropy)
    check_probabilities(dataset, softmax, name, cancel);
}

}  // namespace thalweg
