// Some rows of another data set, in an order of their own. A view holds no rows. Here alone a row
// number of a view becomes one of the data set that holds the row.
#pragma once

#include <memory>

#include "data/dataset.h"

namespace thalweg::data {

class ViewDataset final : public Dataset {
 public:
  // A view of a view looks at the data set below both. Throws DEPTH.
  ViewDataset(const std::shared_ptr<const Dataset>& of, const std::shared_ptr<const RowMap>& map);

  // Other views may share the map, but the view that is made with it counts its memory.
  size_t bytes() const override { return bytes_; }
  void gather(const Gather& batch, const Workers& workers) const override;
  void copy(Column column, const uint32_t* rows, int64_t count, void* to) const override;
  const void* view(Column column, int64_t first, int64_t count,
                   std::vector<char>& buffer) const override;
  void find_source(uint32_t* rows, int64_t count) const override;
  void each_series(FunctionRef<void(Run run)> body) const override;

 private:
  using Maps = std::vector<std::shared_ptr<const RowMap>>;
  struct Parts {
    std::shared_ptr<const Dataset> source;
    Maps maps;
  };
  static Parts take_apart(const std::shared_ptr<const Dataset>& of,
                          std::shared_ptr<const RowMap> map);
  ViewDataset(Parts parts, int64_t rows, size_t bytes);
  const std::vector<Run>* runs() const { return maps_.size() == 1 ? maps_[0]->runs() : nullptr; }

  std::shared_ptr<const Dataset> source_;  // no view
  Maps maps_;                              // the one whose rows are the view's is first
  size_t bytes_;
};

}  // namespace thalweg::data
