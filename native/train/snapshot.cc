#include "train/snapshot.h"

#include <algorithm>

#include "core/error.h"
#include "core/threads.h"

namespace thalweg {

namespace {

constexpr int64_t kBlockFloats = int64_t{1} << 18;  // 1 MiB

struct Block {
  float* data;
  size_t offset;  // bytes into the snapshot
  size_t bytes;
};

std::vector<Block> cut(const std::vector<StateTensor>& tensors, int64_t block_floats) {
  std::vector<Block> blocks;
  size_t offset = 0;
  for (const StateTensor& tensor : tensors)
    for (int64_t begin = 0; begin < tensor.length; begin += block_floats) {
      const size_t bytes = std::min(block_floats, tensor.length - begin) * sizeof(float);
      blocks.push_back({tensor.data + begin, offset, bytes});
      offset += bytes;
    }
  return blocks;
}

}  // namespace

template <class Copy>
void Snapshot::each_block(const std::vector<StateTensor>& tensors, bool is_host,
                          const Copy& copy) const {
  const std::vector<Block> blocks = cut(tensors, is_host ? kBlockFloats : INT64_MAX);
  const size_t needed = blocks.empty() ? 0 : blocks.back().offset + blocks.back().bytes;
  if (needed != bytes_)
    throw Error({"SHAPE", "snapshot", std::to_string(bytes_) + " bytes",
                 std::to_string(needed) + " bytes, as the trainer's state", ""});
  const int threads = is_host && blocks.size() > 1 ? thread_count() : 1;
  parallel_for(static_cast<int64_t>(blocks.size()), threads, [&](int64_t part) {
    const Block& block = blocks[part];
    copy(block.data, data() + block.offset, block.bytes);
  });
}

void Snapshot::take(const std::vector<StateTensor>& tensors, Memory& memory, bool is_host) {
  each_block(tensors, is_host,
             [&](float* tensor, char* place, size_t bytes) { memory.read(place, tensor, bytes); });
}

void Snapshot::put_back(const std::vector<StateTensor>& tensors, Memory& memory,
                        bool is_host) const {
  each_block(tensors, is_host, [&](float* tensor, const char* place, size_t bytes) {
    memory.write(tensor, place, bytes);
  });
}

}  // namespace thalweg
