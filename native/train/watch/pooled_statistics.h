// Computes the moments of a whole data set from those of its batches, for each layer that keeps
// moments. The formula is exact and runs in float64, in the order of the batches.
#pragma once

#include <cstdint>
#include <vector>

#include "core/memory.h"
#include "layers/layer.h"

namespace thalweg {

class PooledStatistics {
 public:
  // `memory` holds the moments that add() and write() are given.
  explicit PooledStatistics(Memory& memory) : memory_(memory) {}

  void add(const std::vector<SeenMoments>& layers);
  // Sets the running moments to those of all rows added.
  void write(const std::vector<SeenMoments>& layers) const;

 private:
  struct Column {
    double mean = 0;
    double squares = 0;  // sum of squared distances from the mean
  };
  struct Layer {
    int64_t rows = 0;
    std::vector<Column> columns;
  };

  Memory& memory_;
  std::vector<Layer> layers_;
};

}  // namespace thalweg
