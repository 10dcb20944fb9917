// The hash of much memory. Threads hash its chunks in parallel, and then the hashes of the chunks
// are hashed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "core/xxh64.h"

namespace thalweg {

class ChunkHash {
 public:
  // Takes in bytes that follow those before. Throws MEMORY, and Aborted, after which the hash is of
  // no use.
  void update(const void* data, size_t bytes, const CancelFlag* cancel = nullptr);
  // Once all bytes are in.
  void add_to(Xxh64& hash);

 private:
  void end_chunk();

  std::vector<uint64_t> chunks_;  // the hashes of whole chunks
  Xxh64 chunk_;                   // under way
  size_t held_ = 0;               // bytes in it
};

}  // namespace thalweg
