// Sums that an evaluation computes besides the loss. Rows are added one by one in float64, so every
// batch size gives the same sums. src/metrics turns them into scores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "ops/loss.h"

namespace thalweg {

struct MetricRequest {
  bool confusion = false;
  int64_t top = 0;  // the number of ranks to count
  bool auc = false;
  bool errors = false;

  bool asks() const { return confusion || top > 0 || auc || errors; }
};

// A batch in the host's memory: outputs [rows, columns], and either classes [rows] or values [rows,
// columns].
struct MetricBatch {
  const float* outputs = nullptr;
  const int32_t* classes = nullptr;  // may be null
  const float* values = nullptr;     // may be null
  int64_t rows = 0;
};

struct MetricTotals {
  std::vector<double> confusion;  // [actual, predicted]
  // Element i is the number of rows whose label has rank i. Among equal outputs the first leads.
  std::vector<double> top;
  std::vector<double> auc;  // per column; NaN without positive or negative rows
  // Per column: the sums of |error|, of error^2 and of (label - mean label)^2.
  std::vector<double> errors;
  int64_t rows = 0;
  // The number of rows with a NaN among their outputs or among the scores that `auc` ranks. Of the
  // other sums only `rows` counts them.
  int64_t unordered = 0;
};

class MetricSums {
 public:
  MetricSums(const MetricRequest& request, LossKind loss, int64_t columns);

  // The number of bytes that the scores of so many rows take.
  size_t bytes_for(int64_t rows) const {
    return static_cast<size_t>(rows) * scores_.size() * sizeof(double);
  }
  void add(const MetricBatch& batch);
  // Returns the totals. Throws Aborted.
  MetricTotals finish(const CancelFlag& cancel);

 private:
  // The scores of one column. The label says which of the two holds a row's score.
  struct Scores {
    std::vector<double> positives, negatives;
  };
  struct Row {
    const float* outputs;
    const float* values;  // may be null
    int64_t label;        // the class that the label gives
  };

  void add_row(const Row& row);
  void score(const Row& row);
  void add_scores(const Row& row);
  void add_errors(const Row& row);
  bool is_positive(const Row& row, int64_t column) const;

  MetricRequest request_;
  bool binary_;    // the only output is the logit of class 1
  bool separate_;  // each column is a yes-or-no question
  int64_t columns_;
  int64_t classes_;
  MetricTotals totals_;
  std::vector<double> row_scores_;  // the scores of the row being added
  std::vector<Scores> scores_;
  std::vector<double> means_;  // the means of the labels so far
};

}  // namespace thalweg
