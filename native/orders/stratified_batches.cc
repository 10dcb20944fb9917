#include "orders/stratified_batches.h"

#include "core/round.h"

namespace thalweg {

namespace {

// Returns counts[c], which are count(c) * rows / total, rounded up or down. Systematic rounding
// makes their sum `rows`.
std::vector<uint64_t> share_out(const Strata& strata, uint64_t rows, const RandomStream& shares) {
  const uint64_t total = strata.rows.size();
  const unsigned __int128 offset = random_below(shares, 0, total);
  std::vector<uint64_t> counts;
  uint64_t before = 0, given = 0;
  for (size_t c = 0; c < strata.classes(); ++c) {
    before += strata.count(c);
    const auto due =
        static_cast<uint64_t>((static_cast<unsigned __int128>(before) * rows + offset) / total);
    counts.push_back(due - given);
    given = due;
  }
  return counts;
}

}  // namespace

BatchCut cut_batches(const Strata& strata, BatchShape shape, const RandomStream& shares) {
  const uint64_t total = strata.rows.size(), stride = shape.batch * shape.world;
  BatchCut cut;
  cut.rest.rows = total % stride;
  cut.rest.batches = cut.rest.rows < shape.world ? cut.rest.rows : shape.world;
  cut.rest.first = total - cut.rest.rows;
  cut.rest.counts = share_out(strata, cut.rest.rows, shares);
  cut.whole.rows = total - cut.rest.rows;
  cut.whole.batches = cut.whole.rows / shape.batch;
  for (size_t c = 0; c < strata.classes(); ++c)
    cut.whole.counts.push_back(strata.count(c) - cut.rest.counts[c]);
  return cut;
}

std::vector<uint64_t> batch_starts(const BatchRun& run) {
  std::vector<uint64_t> starts(run.batches + 1, 0);
  for (uint64_t b = 0; b < run.batches; ++b)
    starts[b + 1] = starts[b] + ceil_div(run.rows - b, run.batches);
  return starts;
}

}  // namespace thalweg
