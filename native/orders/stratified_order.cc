// Batches with even shares of each class. The rows of each class are shuffled and dealt to the
// batches, and then each batch is shuffled. All shuffles are exactly uniform.
#include <algorithm>
#include <numeric>
#include <utility>

#include "core/round.h"
#include "core/threads.h"
#include "orders/sampled_order.h"

namespace thalweg {

namespace {

// One part shuffles small batches of this many rows together, because a thread for a few rows gains
// nothing.
constexpr uint64_t kPartRows = 1 << 14;

constexpr uint64_t kOften = 1 << 16;  // rows between two checks of the cancel flag

// Returns a random order of [0, count). `offset` separates its random words from others of the
// stream.
std::vector<uint64_t> shuffled(uint64_t count, const RandomStream& stream, uint64_t offset,
                               const CancelFlag* cancel) {
  std::vector<uint64_t> order(count);
  std::iota(order.begin(), order.end(), uint64_t{0});
  for (uint64_t i = 1; i < count; ++i) {
    if (i % kOften == 0) refuse_cancelled(cancel);
    std::swap(order[i], order[random_below(stream, offset + i, i + 1)]);
  }
  return order;
}

class StratifiedEpoch {
 public:
  StratifiedEpoch(const SampledOrder& order, const OrderMaking& making, uint32_t* out)
      : order_(order),
        making_(making),
        strata_(order.sampling->strata),
        rows_(strata_.rows),
        taken_(strata_.starts.begin(), strata_.starts.end() - 1),
        out_(out) {
    shuffle_classes();
    const RandomStream shares = stream(SamplingStream::kShares);
    const BatchCut cut = cut_batches(strata_, order.shape, shares);
    const RandomStream batches = stream(SamplingStream::kBatches);
    const uint64_t classes = strata_.classes();
    class_order_ = shuffled(classes, batches, 0, making.cancel);
    // Whole batches are placed at random. The smaller ones are not, because the first of them may
    // have one more row.
    deal(cut.whole, shuffled(cut.whole.batches, batches, classes, making.cancel));
    std::vector<uint64_t> in_turn(cut.rest.batches);
    std::iota(in_turn.begin(), in_turn.end(), uint64_t{0});
    deal(cut.rest, in_turn);
  }

 private:
  RandomStream stream(SamplingStream kind) const {
    return sampling_stream(order_.seed, order_.epoch, order_.sampling->length, kind);
  }

  void shuffle_classes() {
    const RandomStream swaps = stream(SamplingStream::kRows);
    parallel_for(static_cast<int64_t>(strata_.classes()), making_.threads, [&](int64_t c) {
      const uint64_t first = strata_.starts[c];
      swap_in_chunks(making_, {swaps, first, 0, static_cast<int64_t>(strata_.count(c))},
                     rows_.data() + first);
    });
  }

  // Writes the batches of a run. The rows that are dealt to batch b go to the place of batch
  // place[b].
  void deal(const BatchRun& run, const std::vector<uint64_t>& place) {
    if (run.batches == 0) return;
    const std::vector<uint64_t> starts = batch_starts(run);
    std::vector<uint64_t> cursors(run.batches);
    for (uint64_t b = 0; b < run.batches; ++b) cursors[b] = run.first + starts[place[b]];
    uint64_t extra = 0;  // the batch that gets the next extra row
    for (const uint64_t c : class_order_) {
      const uint64_t each = run.counts[c] / run.batches, extras = run.counts[c] % run.batches;
      for (uint64_t b = 0; each > 0 && b < run.batches; ++b) {
        for (uint64_t i = 0; i < each; ++i) out_[cursors[b]++] = rows_[taken_[c]++];
        count_dealt(each);
      }
      for (uint64_t i = 0; i < extras; ++i) {
        out_[cursors[extra]++] = rows_[taken_[c]++];
        extra = extra + 1 < run.batches ? extra + 1 : 0;
      }
      count_dealt(extras);
    }
    shuffle_batches(run, starts);
  }

  void count_dealt(uint64_t rows) {
    dealt_ += rows;
    if (dealt_ < kOften) return;
    dealt_ = 0;
    refuse_cancelled(making_.cancel);
  }

  void shuffle_batches(const BatchRun& run, const std::vector<uint64_t>& starts) {
    const RandomStream swaps = stream(SamplingStream::kPlaces);
    const uint64_t size = ceil_div(run.rows, run.batches);
    const uint64_t together = std::max(uint64_t{1}, kPartRows / size);
    const auto parts = static_cast<int64_t>(ceil_div(run.batches, together));
    parallel_for(parts, making_.threads, [&](int64_t part) {
      const uint64_t last = std::min(run.batches, (part + 1) * together);
      for (uint64_t b = part * together; b < last; ++b) {
        const uint64_t first = run.first + starts[b];
        swap_in_chunks(making_, {swaps, first, 0, static_cast<int64_t>(starts[b + 1] - starts[b])},
                       out_ + first);
      }
    });
  }

  const SampledOrder& order_;
  const OrderMaking& making_;
  const Strata& strata_;
  std::vector<uint32_t> rows_;
  std::vector<uint64_t> taken_;  // for each class, the index of its next row in rows_
  std::vector<uint64_t> class_order_;
  uint64_t dealt_ = 0;  // rows since the last check of the cancel flag
  uint32_t* out_;
};

}  // namespace

void stratified_order(const SampledOrder& order, const OrderMaking& making, uint32_t* out) {
  StratifiedEpoch(order, making, out);
}

}  // namespace thalweg
