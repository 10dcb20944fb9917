// The hash of much memory. Threads hash its pieces in parallel, and then the hashes of the pieces
// are hashed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/cancel.h"
#include "core/xxh64.h"

namespace thalweg {

class PieceHash {
 public:
  // `data` must outlive this object.
  PieceHash(const void* data, size_t bytes)
      : data_(static_cast<const char*>(data)), bytes_(bytes) {}

  // Hashes up to `most` more pieces of 1 MiB, and returns true if all pieces are hashed. Throws
  // MEMORY and Aborted. The object cannot be used after Aborted.
  bool advance(size_t most, const CancelFlag* cancel = nullptr);
  // Adds the hashes of all pieces. advance() must have returned true before.
  void add_to(Xxh64& hash) const { hash.update(pieces_.data(), pieces_.size() * sizeof(uint64_t)); }

 private:
  const char* data_;
  size_t bytes_;
  std::vector<uint64_t> pieces_;  // the hashes so far
};

}  // namespace thalweg
