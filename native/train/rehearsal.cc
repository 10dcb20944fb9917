#include "train/rehearsal.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "backends/average_loop.h"
#include "backends/host_step.h"
#include "core/threads.h"
#include "rules/registry.h"

namespace thalweg {

namespace {

using rules::Bound;

// Elements that are copied at a time, a whole piece of step_cut.cc: each copy from a device takes
// a wait.
constexpr int64_t kChunk = 4096;

struct Chunk {
  float parameter[kChunk], gradient[kChunk], average[kChunk];
  float slot[kMaxSlots][kChunk];
};

// What came of a piece.
struct Piece {
  GroupBounds bounds;
  std::optional<Overflow> overflow;
  bool is_seen = false;  // bounds hold something
};

Bound bound_of(const float* values, int64_t length) {
  float low = values[0], high = values[0], nan = 0;
  for (int64_t i = 0; i < length; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
    nan += values[i] - values[i];  // NaN where one is not finite
  }
  return std::isfinite(nan) ? Bound(low, high) : Bound::unknown();
}

// One piece, chunk after chunk.
class PieceRehearsal {
 public:
  PieceRehearsal(const StepWork& work, const StepPiece& piece, Memory& memory)
      : work_(work),
        piece_(piece),
        tensor_((*work.tensors)[piece.tensor]),
        memory_(memory),
        slots_(static_cast<int>(rule_infos()[work.rule].slots.size())) {}

  Piece run() {
    // Not on the stack, which a thread may have little of.
    const auto place = std::make_unique<Chunk>();
    Chunk& chunk = *place;
    for (int64_t done = 0; done < piece_.length; done += kChunk) {
      const int64_t begin = piece_.begin + done;
      const int64_t length = std::min(kChunk, piece_.length - done);
      load(chunk, begin, length);
      see(chunk, length);
      step(chunk, length);
      see(chunk, length);
      if (!result_.overflow) find(chunk, begin, length);
    }
    return result_;
  }

 private:
  bool averages() const { return work_.average_rate != 0; }

  void load(Chunk& chunk, int64_t begin, int64_t length) {
    const size_t bytes = static_cast<size_t>(length) * sizeof(float);
    memory_.read(chunk.parameter, tensor_.parameter + begin, bytes);
    memory_.read(chunk.gradient, tensor_.gradient + begin, bytes);
    for (int i = 0; i < slots_; ++i) memory_.read(chunk.slot[i], tensor_.slot[i] + begin, bytes);
    if (tensor_.average != nullptr) memory_.read(chunk.average, tensor_.average + begin, bytes);
  }

  void step(Chunk& chunk, int64_t length) {
    StepSpan span{chunk.parameter, chunk.gradient, {},           length,
                  tensor_.factor,  tensor_.ratio,  chunk.average};
    for (int i = 0; i < slots_; ++i) span.slot[i] = chunk.slot[i];
    host_step(work_.rule, work_.decays[tensor_.group])(span, work_.groups[tensor_.group]);
    if (averages()) average_loop(span, work_.average_rate);
  }

  void see(const Chunk& chunk, int64_t length) {
    GroupBounds seen;
    seen.weight = bound_of(chunk.parameter, length);
    for (int i = 0; i < slots_; ++i) seen.slot[i] = bound_of(chunk.slot[i], length);
    if (tensor_.average != nullptr) seen.average = bound_of(chunk.average, length);
    if (result_.is_seen) seen.add(result_.bounds);
    result_.bounds = seen;
    result_.is_seen = true;
  }

  void find(const Chunk& chunk, int64_t begin, int64_t length) {
    using Array = Overflow::Array;
    for (int64_t i = 0; i < length; ++i) {
      const auto check = [&](Array array, const float* values, int slot = 0) {
        if (std::isfinite(values[i]) || result_.overflow) return;
        result_.overflow = {array, slot, piece_.tensor, begin + i, values[i], chunk.gradient[i]};
      };
      check(Array::kWeight, chunk.parameter);
      for (int slot = 0; slot < slots_; ++slot) check(Array::kSlot, chunk.slot[slot], slot);
      if (averages()) check(Array::kAverage, chunk.average);
      if (result_.overflow) return;
    }
  }

  const StepWork& work_;
  const StepPiece& piece_;
  const StepTensor& tensor_;
  Memory& memory_;
  int slots_;
  Piece result_;
};

}  // namespace

void measure_tensors(const StepWork& work, Memory& memory, TensorSums* sums) {
  std::vector<float> parameter, gradient, slot[kMaxSlots];  // of a piece
  const auto slots = rule_infos()[work.rule].slots.size();
  const auto read = [&](std::vector<float>& to, const float* from, const StepPiece& piece) {
    to.resize(piece.length);
    memory.read(to.data(), from + piece.begin, to.size() * sizeof(float));
    return to.data();
  };
  for (size_t i = 0; i < work.pieces->size(); ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    StepSpan span{read(parameter, tensor.parameter, piece),
                  read(gradient, tensor.gradient, piece),
                  {},
                  piece.length,
                  tensor.factor,
                  tensor.ratio,
                  nullptr};
    for (size_t k = 0; k < slots; ++k) span.slot[k] = read(slot[k], tensor.slot[k], piece);
    sums[i] =
        host_tensor_sums(work.rule, work.decays[tensor.group])(span, work.groups[tensor.group]);
  }
}

RehearsedStep rehearse(const StepWork& work, size_t groups, Memory& memory) {
  std::vector<Piece> pieces(work.pieces->size());
  const int threads = &memory == &host_memory() ? thread_count() : 1;
  parallel_for(static_cast<int64_t>(pieces.size()), threads, [&](int64_t i) {
    pieces[i] = PieceRehearsal(work, (*work.pieces)[i], memory).run();
  });
  RehearsedStep all;
  all.bounds.resize(groups);
  std::vector<bool> is_seen(groups);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const int32_t group = (*work.tensors)[(*work.pieces)[i].tensor].group;
    if (is_seen[group]) pieces[i].bounds.add(all.bounds[group]);
    all.bounds[group] = pieces[i].bounds;
    is_seen[group] = true;
    if (!all.overflow) all.overflow = pieces[i].overflow;
  }
  return all;
}

}  // namespace thalweg
