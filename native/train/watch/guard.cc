#include "train/watch/guard.h"

#include <algorithm>

#include "core/chunk_hash.h"
#include "core/error.h"

namespace thalweg {

Guard::Guard(const std::vector<StateTensor>& state, Memory& memory, bool is_host)
    : state_(state),
      blocks_(state, is_host),
      memory_(memory),
      is_host_(is_host),
      before_(blocks_.bytes()) {}

size_t Guard::bytes_for(const std::vector<StateTensor>& state) {
  size_t bytes = 0;
  for (const StateTensor& tensor : state) bytes += tensor.length * sizeof(float);
  return bytes;
}

void Guard::keep(const StepCounters& counters, const CancelFlag& cancel) {
  before_.take(blocks_, memory_, &cancel);
  before_.counters = counters;
}

void Guard::put_back() const { before_.put_back(blocks_, memory_); }

Guard::Digests Guard::digests(const CancelFlag* cancel) {
  Digests all;
  all.reserve(state_.size());
  for (const StateTensor& tensor : state_) {
    const float* data = tensor.data;
    if (!is_host_) {
      copy_.resize(tensor.length);
      memory_.read(copy_.data(), data, tensor.length * sizeof(float));
      data = copy_.data();
    }
    Xxh64 hash;
    ChunkHash chunks;
    chunks.update(data, tensor.length * sizeof(float), cancel);
    chunks.add_to(hash);
    all.push_back(hash.digest());
  }
  return all;
}

void Guard::compare(const Digests& before, const Digests& now, const std::string& how) const {
  size_t first = state_.size(), count = 0;
  for (size_t i = 0; i < state_.size(); ++i) {
    if (before[i] == now[i]) continue;
    first = std::min(first, i);
    ++count;
  }
  if (count == 0) return;
  throw Error({ErrorCode::kCorruption, state_[first].name,
               "other bits " + how + ", in " + std::to_string(count) + " of " +
                   std::to_string(state_.size()) + " tensors",
               "the same bits",
               "the machine errs: resume from the last checkpoint, on another one if it happens "
               "again"});
}

}  // namespace thalweg
