#include "core/chunk_hash.h"

#include <algorithm>

#include "core/round.h"
#include "core/threads.h"

namespace thalweg {

namespace {

// Checkpoints hold hashes of data sets, and another size would change these hashes.
constexpr size_t kChunkBytes = size_t{1} << 20;

}  // namespace

void ChunkHash::end_chunk() {
  chunks_.push_back(chunk_.digest());
  chunk_ = {};
  held_ = 0;
}

void ChunkHash::update(const void* data, size_t bytes, const CancelFlag* cancel) {
  const auto* from = static_cast<const char*>(data);
  if (held_ > 0) {
    const size_t taken = std::min(bytes, kChunkBytes - held_);
    chunk_.update(from, taken);
    held_ += taken;
    if (held_ < kChunkBytes) return;
    end_chunk();
    from += taken;
    bytes -= taken;
  }
  const size_t first = chunks_.size(), whole = bytes / kChunkBytes;
  held_ = bytes % kChunkBytes;
  chunks_.resize(first + whole);
  parallel_for(static_cast<int64_t>(whole) + 1, thread_count(), [&](int64_t part) {
    refuse_cancelled(cancel);
    const char* begin = from + part * kChunkBytes;
    if (part == static_cast<int64_t>(whole)) return chunk_.update(begin, held_);
    Xxh64 chunk;
    chunk.update(begin, kChunkBytes);
    chunks_[first + part] = chunk.digest();
  });
}

void ChunkHash::add_to(Xxh64& hash) {
  if (held_ > 0) end_chunk();
  hash.update(chunks_.data(), chunks_.size() * sizeof(uint64_t));
}

}  // namespace thalweg
