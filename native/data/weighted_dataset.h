// The rows of another data set, with a weight for each.
#pragma once

#include <memory>

#include "core/host_memory.h"
#include "data/dataset.h"

namespace thalweg::data {

class WeightedDataset final : public Dataset {
 public:
  // The memory is float [rows]: finite numbers of at least 0. Other weights of the data set no
  // longer count. Throws DEPTH.
  WeightedDataset(std::shared_ptr<const Dataset> of, HostMemory weights);

  size_t bytes() const override { return weights_.bytes(); }
  void gather(const Gather& batch, const Workers& workers) const override;
  void copy(Column column, const uint32_t* rows, int64_t count, void* to) const override;
  const void* view(Column column, int64_t first, int64_t count,
                   std::vector<char>& buffer) const override;
  void find_source(uint32_t* rows, int64_t count) const override { of_->find_source(rows, count); }
  void each_series(FunctionRef<void(Run run)> body) const override { of_->each_series(body); }

 private:
  const float* weights() const { return static_cast<const float*>(weights_.data()); }

  std::shared_ptr<const Dataset> of_;
  HostMemory weights_;
};

}  // namespace thalweg::data
