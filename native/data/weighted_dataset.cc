#include "data/weighted_dataset.h"

#include <utility>

namespace thalweg::data {

static RowFormat with_weights(RowFormat format) {
  format.weighted = true;
  return format;
}

WeightedDataset::WeightedDataset(std::shared_ptr<const Dataset> of, HostMemory weights)
    : Dataset(with_weights(of->format()), of->depth()),
      of_(std::move(of)),
      weights_(std::move(weights)) {}

void WeightedDataset::gather(const Gather& batch, const Workers& workers) const {
  Gather unweighted = batch;
  unweighted.weights = nullptr;
  of_->gather(unweighted, workers);
  if (batch.weights == nullptr) return;
  for (int64_t i = 0; i < batch.count; ++i)
    batch.weights[i] = batch.indices[i] < format().rows ? weights()[batch.indices[i]] : 0.0f;
}

void WeightedDataset::copy(Column column, const uint32_t* rows, int64_t count, void* to) const {
  if (column != Column::kWeights) return of_->copy(column, rows, count, to);
  for (int64_t i = 0; i < count; ++i) static_cast<float*>(to)[i] = weights()[rows[i]];
}

const void* WeightedDataset::view(Column column, int64_t first, int64_t count,
                                  std::vector<char>& buffer) const {
  return column == Column::kWeights ? weights() + first : of_->view(column, first, count, buffer);
}

}  // namespace thalweg::data
