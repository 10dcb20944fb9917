#include "core/piece_hash.h"

#include <algorithm>

#include "core/round.h"
#include "core/threads.h"

namespace thalweg {

namespace {

// Checkpoints hold hashes of data sets, and another size would change these hashes.
constexpr size_t kPieceBytes = size_t{1} << 20;

}  // namespace

void PieceHash::end_piece() {
  pieces_.push_back(piece_.digest());
  piece_ = {};
  held_ = 0;
}

void PieceHash::update(const void* data, size_t bytes, const CancelFlag* cancel) {
  const auto* from = static_cast<const char*>(data);
  if (held_ > 0) {
    const size_t taken = std::min(bytes, kPieceBytes - held_);
    piece_.update(from, taken);
    held_ += taken;
    if (held_ < kPieceBytes) return;
    end_piece();
    from += taken;
    bytes -= taken;
  }
  const size_t first = pieces_.size(), whole = bytes / kPieceBytes;
  held_ = bytes % kPieceBytes;
  pieces_.resize(first + whole);
  parallel_for(static_cast<int64_t>(whole) + 1, thread_count(), [&](int64_t part) {
    refuse_cancelled(cancel);
    const char* begin = from + part * kPieceBytes;
    if (part == static_cast<int64_t>(whole)) return piece_.update(begin, held_);
    Xxh64 piece;
    piece.update(begin, kPieceBytes);
    pieces_[first + part] = piece.digest();
  });
}

void PieceHash::add_to(Xxh64& hash) {
  if (held_ > 0) end_piece();
  hash.update(pieces_.data(), pieces_.size() * sizeof(uint64_t));
}

}  // namespace thalweg
