#include "train/watch/metric_sums.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.h"

namespace thalweg {

namespace {

int64_t largest(const float* values, int64_t count) {
  return std::max_element(values, values + count) - values;
}

template <class Number>
bool has_nan(const Number* values, int64_t count) {
  return std::any_of(values, values + count, [](Number value) { return std::isnan(value); });
}

// Returns the number of outputs that lead the label's.
int64_t rank_of(const float* outputs, int64_t count, int64_t label) {
  int64_t ahead = 0;
  for (int64_t i = 0; i < count; ++i)
    ahead += outputs[i] > outputs[label] || (outputs[i] == outputs[label] && i < label);
  return ahead;
}

// Checks the cancel flag once in kOften calls.
class Asking {
 public:
  explicit Asking(const CancelFlag& cancel) : cancel_(cancel) {}
  void operator()() {
    if (++calls_ % kOften == 0) refuse_cancelled(&cancel_);
  }

 private:
  static constexpr uint32_t kOften = 1 << 16;
  const CancelFlag& cancel_;
  uint32_t calls_ = 0;
};

void sort(std::vector<double>& scores, Asking& asking) {
  std::sort(scores.begin(), scores.end(), [&asking](double a, double b) {
    asking();
    return a < b;
  });
}

// Returns the share of pairs in which the positive scores higher; ties count half. Both vectors are
// sorted.
double area(const std::vector<double>& positives, const std::vector<double>& negatives,
            Asking& asking) {
  if (positives.empty() || negatives.empty()) return std::numeric_limits<double>::quiet_NaN();
  const size_t count = negatives.size();
  size_t below = 0, up_to = 0;
  double halves = 0;
  for (const double score : positives) {
    asking();
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
  // The second of two classes has the same area as the first, so one is enough.
  if (request_.auc) scores_.resize(!separate_ && columns_ == 2 ? 1 : columns_);
  row_scores_.resize(scores_.size());
  if (request_.errors) totals_.errors.resize(3 * columns_);
  if (request_.errors) means_.resize(columns_);
}

bool MetricSums::is_positive(const Row& row, int64_t column) const {
  return separate_ ? row.values[column] >= 0.5f : row.label == column;
}

// Computes the scores by which `auc` ranks a row, one per column. They are NaN where infinite
// outputs leave no order.
void MetricSums::score(const Row& row) {
  const float* outputs = row.outputs;
  if (separate_) {
    std::copy_n(outputs, columns_, row_scores_.begin());
  } else if (columns_ == 2) {
    row_scores_[0] = static_cast<double>(outputs[1]) - outputs[0];
  } else {  // the score is the probability of one class against the rest
    const double highest = outputs[largest(outputs, columns_)];
    double sum = 0;
    for (int64_t i = 0; i < columns_; ++i) sum += row_scores_[i] = std::exp(outputs[i] - highest);
    for (double& probability : row_scores_) probability /= sum;
  }
}

void MetricSums::add_scores(const Row& row) {
  const bool second = !separate_ && columns_ == 2;  // the score is that of class 1
  for (size_t i = 0; i < scores_.size(); ++i) {
    const bool positive = is_positive(row, static_cast<int64_t>(second ? 1 : i));
    (positive ? scores_[i].positives : scores_[i].negatives).push_back(row_scores_[i]);
  }
}

// The variance is updated with the mean (Welford 1962), so that large offsets lose no digits.
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
  if (request_.auc) score(row);
  if (has_nan(row.outputs, columns_) ||
      has_nan(row_scores_.data(), static_cast<int64_t>(row_scores_.size()))) {
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
    throw Error({ErrorCode::kShape, "labels", "classes", "values, one for each output"});
  for (int64_t i = 0; i < batch.rows; ++i) {
    const float* values = batch.values == nullptr ? nullptr : batch.values + i * columns_;
    const int64_t label = values == nullptr ? batch.classes[i]
                          : binary_         ? values[0] >= 0.5f
                                            : largest(values, columns_);
    add_row({batch.outputs + i * columns_, values, label});
  }
}

MetricTotals MetricSums::finish(const CancelFlag& cancel) {
  Asking asking(cancel);
  for (Scores& scores : scores_) {
    sort(scores.positives, asking);
    sort(scores.negatives, asking);
    totals_.auc.push_back(area(scores.positives, scores.negatives, asking));
  }
  return std::move(totals_);
}

}  // namespace thalweg
