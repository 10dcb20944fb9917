// What an evaluation counts besides the loss: streaming sums over the rows of its
// batches, added row after row in float64, so that they are the same at every batch
// size. src/metrics turns them into scores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "ops/loss.h"

namespace thalweg {

struct MetricRequest {
  bool confusion = false;
  int64_t top = 0;  // ranks of the label to count, from 0
  bool auc = false;
  bool errors = false;

  bool asks() const { return confusion || top > 0 || auc || errors; }
};

// A batch in the host's memory: outputs [rows, columns], and either classes [rows]
// or values [rows, columns].
struct MetricBatch {
  const float* outputs = nullptr;
  const int32_t* classes = nullptr;  // or null
  const float* values = nullptr;     // or null
  int64_t rows = 0;
};

struct MetricTotals {
  std::vector<double> confusion;  // [actual, predicted]
  std::vector<double> top;        // rows whose label has rank i; of equal outputs the first leads
  std::vector<double> auc;        // of each column; NaN where a class never occurs
  // Per column: sum of |error|, of error^2, of (label - mean label)^2.
  std::vector<double> errors;
  int64_t rows = 0;
  // Rows with a NaN, of their outputs or the scores that `auc` ranks; no sum but `rows` has them.
  int64_t unordered = 0;
};

class MetricSums {
 public:
  MetricSums(const MetricRequest& request, LossKind loss, int64_t columns);

  // What the scores of so many rows take.
  size_t bytes_for(int64_t rows) const {
    return static_cast<size_t>(rows) * scores_.size() * sizeof(double);
  }
  void add(const MetricBatch& batch);
  // Throws Aborted.
  MetricTotals finish(const CancelFlag& cancel);

 private:
  // Scores of one column, by label.
  struct Scores {
    std::vector<double> positives, negatives;
  };
  struct Row {
    const float* outputs;
    const float* values;  // or null
    int64_t label;        // class, where labels are classes
  };

  void add_row(const Row& row);
  void score(const Row& row);
  void add_scores(const Row& row);
  void add_errors(const Row& row);
  bool is_positive(const Row& row, int64_t column) const;

  MetricRequest request_;
  bool binary_;    // one output is the logit of class 1
  bool separate_;  // each column is a question of its own
  int64_t columns_;
  int64_t classes_;
  MetricTotals totals_;
  std::vector<double> row_scores_;  // of the row being added
  std::vector<Scores> scores_;
  std::vector<double> means_;  // of the labels so far
};

}  // namespace thalweg
