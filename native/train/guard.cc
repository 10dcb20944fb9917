#include "train/guard.h"

#include <algorithm>

#include "core/error.h"
#include "core/threads.h"
#include "core/xxh64.h"

namespace thalweg {

namespace {

constexpr size_t kPieceBytes = size_t{1} << 18;  // that a thread hashes at a time

// Pieces are hashed side by side, and then their hashes.
uint64_t digest(const float* data, int64_t length, const CancelFlag* cancel) {
  const size_t bytes = static_cast<size_t>(length) * sizeof(float);
  std::vector<uint64_t> pieces((bytes + kPieceBytes - 1) / kPieceBytes);
  const auto count = static_cast<int64_t>(pieces.size());
  parallel_for(count, thread_count(), [&](int64_t part) {
    refuse_cancelled(cancel);
    const size_t begin = part * kPieceBytes;
    Xxh64 piece;
    piece.update(reinterpret_cast<const char*>(data) + begin, std::min(kPieceBytes, bytes - begin));
    pieces[part] = piece.digest();
  });
  Xxh64 whole;
  whole.update(pieces.data(), pieces.size() * sizeof(uint64_t));
  return whole.digest();
}

}  // namespace

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
    all.push_back(digest(data, tensor.length, cancel));
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
  throw Error({"CORRUPTION", state_[first].name,
               "others " + how + ", in " + std::to_string(count) + " of " +
                   std::to_string(state_.size()) + " tensors",
               "the same bits",
               "the machine errs: resume from the last checkpoint, on another one if it happens "
               "again"});
}

}  // namespace thalweg
