// The rows of several data sets, one data set after another, without a copy of them.
#pragma once

#include <memory>

#include "data/dataset.h"

namespace thalweg::data {

class ConcatDataset final : public Dataset {
 public:
  using Parts = std::vector<std::shared_ptr<const Dataset>>;

  // The parts differ in their number of rows alone, and have fewer than 2^32 rows in all. Throws
  // DEPTH.
  explicit ConcatDataset(Parts parts);

  size_t bytes() const override { return 0; }
  void gather(const Gather& batch, const Workers& workers) const override;
  void copy(Column column, const uint32_t* rows, int64_t count, void* to) const override;
  const void* view(Column column, int64_t first, int64_t count,
                   std::vector<char>& buffer) const override;
  void each_series(FunctionRef<void(Run run)> body) const override;

 private:
  size_t part_of(int64_t row) const;

  Parts parts_;
  std::vector<int64_t> starts_;  // the first row of each part
};

}  // namespace thalweg::data
