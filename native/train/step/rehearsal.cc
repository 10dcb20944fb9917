#include "train/step/rehearsal.h"

#include <cmath>
#include <memory>

#include "backends/average_loop.h"
#include "backends/host_step.h"
#include "core/threads.h"
#include "rules/registry.h"
#include "train/step/step_cut.h"

namespace thalweg {

namespace {

using rules::Bound;

// Copies of one piece's arrays.
struct PieceCopy {
  float parameter[kPieceLength], gradient[kPieceLength], average[kPieceLength];
  float slot[kMaxSlots][kPieceLength];
};

// The result for one piece.
struct Piece {
  GroupBounds bounds;
  std::optional<Overflow> overflow;
};

Bound bound_of(const float* values, int64_t length) {
  float low = values[0], high = values[0], nan = 0;
  for (int64_t i = 0; i < length; ++i) {
    low = values[i] < low ? values[i] : low;
    high = values[i] > high ? values[i] : high;
    nan += values[i] - values[i];  // NaN where a value is not finite
  }
  return std::isfinite(nan) ? Bound(low, high) : Bound::unknown();
}

class PieceRehearsal {
 public:
  PieceRehearsal(const StepWork& work, const StepPiece& piece, Memory& memory)
      : work_(work),
        piece_(piece),
        tensor_((*work.tensors)[piece.tensor]),
        memory_(memory),
        slots_(static_cast<int>(rule_infos()[work.rule].slots.size())) {}

  Piece run() const {
    // A thread may have a small stack, so the copy is on the heap.
    const auto copy = std::make_unique<PieceCopy>();
    load(*copy);
    GroupBounds bounds = bounds_of(*copy);
    step(*copy);
    bounds.add(bounds_of(*copy));
    return {bounds, find(*copy)};
  }

 private:
  bool averages() const { return work_.average_rate != 0; }

  void load(PieceCopy& copy) const {
    const int64_t begin = piece_.begin;
    const size_t bytes = static_cast<size_t>(piece_.length) * sizeof(float);
    memory_.read(copy.parameter, tensor_.parameter + begin, bytes);
    memory_.read(copy.gradient, tensor_.gradient + begin, bytes);
    for (int i = 0; i < slots_; ++i) memory_.read(copy.slot[i], tensor_.slot[i] + begin, bytes);
    if (tensor_.average != nullptr) memory_.read(copy.average, tensor_.average + begin, bytes);
  }

  void step(PieceCopy& copy) const {
    StepSpan span{copy.parameter, copy.gradient, {},          piece_.length,
                  tensor_.factor, tensor_.ratio, copy.average};
    for (int i = 0; i < slots_; ++i) span.slot[i] = copy.slot[i];
    host_step(work_.rule, work_.decays[tensor_.group])(span, work_.groups[tensor_.group]);
    if (averages()) average_loop(span, work_.average_rate);
  }

  GroupBounds bounds_of(const PieceCopy& copy) const {
    GroupBounds seen;
    seen.weight = bound_of(copy.parameter, piece_.length);
    for (int i = 0; i < slots_; ++i) seen.slot[i] = bound_of(copy.slot[i], piece_.length);
    if (tensor_.average != nullptr) seen.average = bound_of(copy.average, piece_.length);
    return seen;
  }

  // Returns the first number that is not finite.
  std::optional<Overflow> find(const PieceCopy& copy) const {
    using Array = Overflow::Array;
    std::optional<Overflow> found;
    for (int64_t i = 0; i < piece_.length && !found; ++i) {
      const auto check = [&](Array array, const float* values, int slot = 0) {
        if (std::isfinite(values[i]) || found) return;
        found = {array, slot, piece_.tensor, piece_.begin + i, values[i], copy.gradient[i]};
      };
      check(Array::kWeight, copy.parameter);
      for (int slot = 0; slot < slots_; ++slot) check(Array::kSlot, copy.slot[slot], slot);
      if (averages()) check(Array::kAverage, copy.average);
    }
    return found;
  }

  const StepWork& work_;
  const StepPiece& piece_;
  const StepTensor& tensor_;
  Memory& memory_;
  int slots_;
};

}  // namespace

void measure_tensors(const StepWork& work, Memory& memory, TensorSums* sums) {
  std::vector<float> parameter, gradient, slot[kMaxSlots];  // one piece's
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
