#include "train/watch/snapshot.h"

#include <algorithm>

#include "core/error.h"
#include "core/threads.h"

namespace thalweg {

namespace {

constexpr int64_t kBlockFloats = int64_t{1} << 18;  // 1 MiB

}  // namespace

StateBlocks::StateBlocks(const std::vector<StateTensor>& state, bool is_host) : is_host_(is_host) {
  const int64_t most = is_host ? kBlockFloats : INT64_MAX;
  for (const StateTensor& tensor : state)
    for (int64_t begin = 0; begin < tensor.length; begin += most) {
      const size_t bytes = std::min(most, tensor.length - begin) * sizeof(float);
      blocks_.push_back({tensor.data + begin, bytes_, bytes});
      bytes_ += bytes;
    }
}

template <class Copy>
void StateBlocks::each(const Copy& copy) const {
  const int threads = is_host_ && blocks_.size() > 1 ? thread_count() : 1;
  parallel_for(static_cast<int64_t>(blocks_.size()), threads, [&](int64_t part) {
    const Block& block = blocks_[part];
    copy(block.data, block.offset, block.bytes);
  });
}

void Snapshot::check_size(const StateBlocks& state) const {
  if (state.bytes() != bytes_)
    throw Error({ErrorCode::kShape, "snapshot", std::to_string(bytes_) + " bytes",
                 std::to_string(state.bytes()) + " bytes, as the trainer's state"});
}

void Snapshot::take(const StateBlocks& state, Memory& memory, const CancelFlag* cancel) {
  check_size(state);
  state.each([&](const float* tensor, size_t offset, size_t bytes) {
    refuse_cancelled(cancel);
    memory.read(data() + offset, tensor, bytes);
  });
}

void Snapshot::put_back(const StateBlocks& state, Memory& memory) const {
  check_size(state);
  state.each([&](float* tensor, size_t offset, size_t bytes) {
    memory.write(tensor, data() + offset, bytes);
  });
}

}  // namespace thalweg
