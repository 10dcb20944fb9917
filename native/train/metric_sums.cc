#include "train/metric_sums.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace thalweg {

namespace {

int64_t largest(const float* values, int64_t count) {
  return std::max_element(values, values + count) - values;
}

bool has_nan(const float* values, int64_t count) {
  return std::any_of(values, values + count, [](float value) { return std::isnan(value); });
}

// Outputs that lead the label's.
int64_t rank_of(const float* outputs, int64_t count, int64_t label) {
  int64_t ahead = 0;
  for (int64_t i = 0; i < count; ++i)
    ahead += outputs[i] > outputs[label] || (outputs[i] == outputs[label] && i < label);
  return ahead;
}

// The share of pairs in which the positive scores higher, ties counted half; both
// sorted.
double area(const std::vector<double>& positives, const std::vector<double>& negatives) {
  if (positives.empty() || negatives.empty()) return std::numeric_limits<double>::quiet_NaN();
  const size_t count = negatives.size();
  size_t below = 0, up_to = 0;
  double halves = 0;
  for (const double score : positives) {
    while (below < count && negatives[below] < score) ++below;
    while (up_to < count && negatives[up_to] <= score) ++up_to;
    halves += static_cast<double>(below + up_to);
  }
  return halves / 2 / (static_cast<double>(positives.size()) * static_cast<double>(count));
}

}  // namespace

MetricSums::MetricSums(const MetricRequest& request, LossKind loss, int64_t columns)
    : request_(request),
      binary_(loss == LossKind::kSigmoidCrossEntropy && columns == 1),
      separate_(loss == LossKind::kSigmoidCrossEntropy),
      columns_(columns),
      classes_(binary_ ? 2 : columns) {
  if (request_.confusion) totals_.confusion.resize(classes_ * classes_);
  totals_.top.resize(std::min(request_.top, classes_));
  // Of two classes the area of the second is that of the first.
  if (request_.auc) scores_.resize(!separate_ && columns_ == 2 ? 1 : columns_);
  if (request_.errors) totals_.errors.resize(3 * columns_);
  if (request_.errors) means_.resize(columns_);
}

bool MetricSums::is_positive(const Row& row, int64_t column) const {
  return separate_ ? row.values[column] >= 0.5f : row.label == column;
}

void MetricSums::add_scores(const Row& row) {
  if (scores_.size() == 1) {
    const bool positive = separate_ ? is_positive(row, 0) : row.label == 1;
    const double score =
        separate_ ? row.outputs[0] : static_cast<double>(row.outputs[1]) - row.outputs[0];
    return (positive ? scores_[0].positives : scores_[0].negatives).push_back(score);
  }
  // A class against the rest is ranked by its probability.
  const double highest = row.outputs[largest(row.outputs, columns_)];
  double sum = 0;
  for (int64_t i = 0; i < columns_; ++i) sum += std::exp(row.outputs[i] - highest);
  for (int64_t i = 0; i < columns_; ++i) {
    const double score = separate_ ? row.outputs[i] : std::exp(row.outputs[i] - highest) / sum;
    (is_positive(row, i) ? scores_[i].positives : scores_[i].negatives).push_back(score);
  }
}

// The spread is updated with the mean (Welford 1962): large offsets cancel nothing.
void MetricSums::add_errors(const Row& row) {
  const auto count = static_cast<double>(totals_.rows - totals_.unordered);
  for (int64_t i = 0; i < columns_; ++i) {
    const double label = row.values[i], error = row.outputs[i] - label;
    double* sums = totals_.errors.data() + 3 * i;
    sums[0] += std::fabs(error);
    sums[1] += error * error;
    const double before = label - means_[i];
    means_[i] += before / count;
    sums[2] += before * (label - means_[i]);
  }
}

void MetricSums::add_row(const Row& row) {
  ++totals_.rows;
  if (has_nan(row.outputs, columns_)) {
    ++totals_.unordered;
    return;
  }
  const int64_t predicted = binary_ ? row.outputs[0] >= 0 : largest(row.outputs, columns_);
  if (request_.confusion) ++totals_.confusion[row.label * classes_ + predicted];
  if (!totals_.top.empty()) {
    const int64_t rank =
        binary_ ? predicted != row.label : rank_of(row.outputs, columns_, row.label);
    if (rank < static_cast<int64_t>(totals_.top.size())) ++totals_.top[rank];
  }
  if (request_.auc) add_scores(row);
  if (request_.errors) add_errors(row);
}

void MetricSums::add(const MetricBatch& batch) {
  if ((separate_ || request_.errors) && batch.values == nullptr)
    throw Error({"SHAPE", "labels", "classes", "values, one for each output", ""});
  for (int64_t i = 0; i < batch.rows; ++i) {
    const float* values = batch.values == nullptr ? nullptr : batch.values + i * columns_;
    const int64_t label = values == nullptr ? batch.classes[i]
                          : binary_         ? values[0] >= 0.5f
                                            : largest(values, columns_);
    add_row({batch.outputs + i * columns_, values, label});
  }
}

MetricTotals MetricSums::finish() {
  for (Scores& scores : scores_) {
    std::sort(scores.positives.begin(), scores.positives.end());
    std::sort(scores.negatives.begin(), scores.negatives.end());
    totals_.auc.push_back(area(scores.positives, scores.negatives));
  }
  return std::move(totals_);
}

}  // namespace thalweg
