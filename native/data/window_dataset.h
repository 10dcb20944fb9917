// Windows of a time series: each row holds several rows of another data set, which follow one
// another, and the labels are those of the rows after them.
#pragma once

#include <memory>

#include "data/dataset.h"

namespace thalweg::data {

struct WindowShape {
  int64_t length = 1;   // rows of a window's inputs
  int64_t horizon = 1;  // rows whose labels it gets; 0: the labels of the window's last row
  int64_t stride = 1;   // rows from one window to the next
};

class WindowDataset final : public Dataset {
 public:
  // Where the rows have no labels, the inputs of the rows after a window are its labels. Throws
  // DEPTH, OVERFLOW, and SHAPE where no window fits or where one would have several classes.
  WindowDataset(const std::shared_ptr<const Dataset>& of, const WindowShape& shape);

  size_t bytes() const override { return series_.size() * sizeof(Series); }
  void gather(const Gather& batch, const Workers& workers) const override;
  void copy(Column column, const uint32_t* rows, int64_t count, void* to) const override;
  const void* view(Column column, int64_t first, int64_t count,
                   std::vector<char>& buffer) const override;
  void each_series(FunctionRef<void(Run run)> body) const override;

 private:
  // The windows of one series of rows.
  struct Series {
    int64_t row;     // the first row of its first window
    int64_t window;  // the number of its first window
  };
  struct AllSeries {
    std::vector<Series> series;
    int64_t windows = 0;
  };
  static AllSeries find_series(const Dataset& of, const WindowShape& shape);
  WindowDataset(std::shared_ptr<const Dataset> of, const WindowShape& shape, AllSeries all);

  int64_t start_of(int64_t window) const;
  // Returns the rows of each window's inputs or labels; padding has rows of padding.
  std::vector<uint32_t> expand(Column column, const uint32_t* windows, int64_t count) const;
  bool predicts_inputs() const;
  void gather_labels(const Gather& batch) const;

  std::shared_ptr<const Dataset> source_;
  WindowShape shape_;
  std::vector<Series> series_;
};

}  // namespace thalweg::data
