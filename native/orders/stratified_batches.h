// How many rows of each class go into each batch of an epoch: as even as whole
// numbers allow. No platform code.
//
// The batches of all shards ("micro-batches": batch j of shard r is number
// j * world + r) are cut in two runs: whole ones of `batch` rows, and the last,
// smaller ones of the epoch. Within a run of k batches a class of m rows gives
// each batch floor(m / k) rows and m mod k of them one more: these extras are dealt
// round the batches, class after class, so that no batch gets two of a class and
// all get as many as their size asks for (McNaughton's wrap-around rule, 1959).
#pragma once

#include <cstdint>
#include <vector>

#include "core/random.h"
#include "orders/sampling.h"

namespace thalweg {

struct BatchRun {
  uint64_t first = 0;  // position of its first row
  uint64_t rows = 0;
  uint64_t batches = 0;          // number b holds ceil((rows - b) / batches) rows
  std::vector<uint64_t> counts;  // rows of each class
};

// An epoch's two runs; either may be empty.
struct BatchCut {
  BatchRun whole;
  BatchRun rest;
};

struct BatchShape {
  uint64_t batch = 1;  // rows
  uint64_t world = 1;  // shards
};

// The last rows take floor or ceil of each class's share, by a draw of `shares` that gives every
// row of the data the same chance to be there.
BatchCut cut_batches(const Strata& strata, BatchShape shape, const RandomStream& shares);

// Where the batches of a run begin, [batches + 1], in positions from its first.
std::vector<uint64_t> batch_starts(const BatchRun& run);

}  // namespace thalweg
