// The number of rows of each class in each batch of an epoch, as even as whole numbers allow.
//
// Batches are numbered over all shards: batch j of shard r has the number j * world + r. They form
// two runs: the whole batches of `batch` rows, and the last, smaller batches of the epoch. In a run
// of k batches, each batch gets floor(m / k) rows of a class of m rows. The other m mod k rows are
// dealt to the batches in turn, class after class. So no batch gets two of these rows from one
// class, and each batch gets its size (McNaughton's wrap-around rule, 1959).
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "orders/sampling.h"

namespace thalweg {

struct BatchRun {
  uint64_t first = 0;  // position of its first row
  uint64_t rows = 0;
  uint64_t batches = 0;          // batch b holds ceil((rows - b) / batches) rows
  std::vector<uint64_t> counts;  // rows of each class
};

// The two runs of an epoch. Either may be empty.
struct BatchCut {
  BatchRun whole;
  BatchRun rest;
};

struct BatchShape {
  uint64_t batch = 1;  // rows
  uint64_t world = 1;  // shards
};

// Cuts an epoch into its two runs. The smaller batches get the share of each class, rounded up or
// down by a draw from `shares`. The draw gives every row the same chance to be in them.
BatchCut cut_batches(const Strata& strata, BatchShape shape, const RandomStream& shares);

// Returns the positions [batches + 1] at which the batches of a run begin, from the first row of
// the run.
std::vector<uint64_t> batch_starts(const BatchRun& run);

}  // namespace thalweg
