#include "core/piece_hash.h"

#include <algorithm>

#include "core/round.h"
#include "core/threads.h"

namespace thalweg {

namespace {

// Checkpoints hold hashes of data sets, and another size would change these hashes.
constexpr size_t kPieceBytes = size_t{1} << 20;

}  // namespace

bool PieceHash::advance(size_t most, const CancelFlag* cancel) {
  const size_t first = pieces_.size(), all = ceil_div(bytes_, kPieceBytes);
  const size_t count = std::min(most, all - first);
  pieces_.resize(first + count);
  parallel_for(static_cast<int64_t>(count), thread_count(), [&](int64_t part) {
    refuse_cancelled(cancel);
    const size_t begin = (first + part) * kPieceBytes;
    Xxh64 piece;
    piece.update(data_ + begin, std::min(kPieceBytes, bytes_ - begin));
    pieces_[first + part] = piece.digest();
  });
  return pieces_.size() == all;
}

}  // namespace thalweg
