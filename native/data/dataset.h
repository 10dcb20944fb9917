// A data set gives a trainer rows of features and labels. Its rows never change, and any number of
// trainers may read it at once. Each kind of data set decides where its rows lie.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/function_ref.h"
#include "data/gather.h"
#include "data/row_format.h"
#include "data/row_map.h"

namespace thalweg::data {

class Dataset {
 public:
  virtual ~Dataset();
  Dataset(const Dataset&) = delete;
  Dataset& operator=(const Dataset&) = delete;

  // No other data set of the process has it.
  uint64_t serial() const { return serial_; }
  const RowFormat& format() const { return format_; }

  // Returns the bytes of host memory that it holds.
  virtual size_t bytes() const = 0;
  // Makes a batch of rows in any order.
  virtual void gather(const Gather& batch, const Workers& workers) const = 0;
  // Copies rows of a column in any order, each below format().rows, without conversion.
  virtual void copy(Column column, const uint32_t* rows, int64_t count, void* to) const = 0;
  // Returns `count` rows of a column from `first` on, one after another, without conversion. They
  // lie in the data set or in `buffer`, at a multiple of 4 bytes, and are valid while neither goes
  // or changes. Any thread may call this.
  virtual const void* view(Column column, int64_t first, int64_t count,
                           std::vector<char>& buffer) const = 0;

  // Replaces rows by those of the data set that a view looks at; other data sets have no such rows.
  virtual void find_source(uint32_t* /* rows */, int64_t /* count */) const {}
  // Calls body(run) for each run of rows that belong together in this order, as the values of a
  // time series do. Borders between concatenated data sets, and gaps, lie between two runs.
  virtual void each_series(FunctionRef<void(Run run)> body) const { body({0, format_.rows}); }
  // Returns how many data sets lie below one another here.
  int depth() const { return depth_; }

 protected:
  // `below` is the greatest depth of the data sets below this one. Throws DEPTH for too many.
  explicit Dataset(const RowFormat& format, int below = 0);
  // Serves as view() where the rows do not lie one after another: copies them to `buffer`.
  const void* view_copy(Column column, int64_t first, int64_t count,
                        std::vector<char>& buffer) const;

 private:
  uint64_t serial_;
  RowFormat format_;
  int depth_;
};

}  // namespace thalweg::data
