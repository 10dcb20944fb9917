// The hash of much memory: of pieces side by side, and then of their hashes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "core/xxh64.h"

namespace thalweg {

class PieceHash {
 public:
  // The memory outlives the hash.
  PieceHash(const void* data, size_t bytes)
      : data_(static_cast<const char*>(data)), bytes_(bytes) {}

  // Hashes up to so many pieces (of a mebibyte) more. Whether all are hashed by then. Throws
  // MEMORY, and Aborted, after which the hash is of no use.
  bool advance(size_t most, const CancelFlag* cancel = nullptr);
  // Once all are hashed.
  void add_to(Xxh64& hash) const { hash.update(pieces_.data(), pieces_.size() * sizeof(uint64_t)); }

 private:
  const char* data_;
  size_t bytes_;
  std::vector<uint64_t> pieces_;  // the hashes so far
};

}  // namespace thalweg
