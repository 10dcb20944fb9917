// Walking the pieces of a step, shared by the host backends.
#pragma once

#include "backends/step_work.h"

namespace thalweg {

inline StepSpan piece_span(const StepTensor& tensor, const StepPiece& piece) {
  StepSpan span{tensor.parameter + piece.begin,
                tensor.gradient + piece.begin,
                {},
                piece.length,
                tensor.factor,
                tensor.average == nullptr ? nullptr : tensor.average + piece.begin};
  for (int slot = 0; slot < kMaxSlots; ++slot)
    span.slot[slot] = tensor.slot[slot] == nullptr ? nullptr : tensor.slot[slot] + piece.begin;
  return span;
}

// Updates and averages take turns over this many elements, whose arrays lie in the
// first-level cache meanwhile.
inline constexpr int64_t kAverageTurn = 256;

// Updates the pieces of part `part`, and the averages of their weights;
// find(rule, decay) yields the loop.
template <class Find, class Average>
void step_part(const StepWork& work, int64_t part, Find find, Average average) {
  for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    const StepFunction update = find(work.rule, work.decays[tensor.group]);
    const StepCoefficients& group = work.groups[tensor.group];
    const int64_t turn = work.average_rate == 0 ? piece.length : kAverageTurn;
    for (int64_t done = 0; done < piece.length; done += turn) {
      const int64_t length = piece.length - done < turn ? piece.length - done : turn;
      const StepSpan span = piece_span(tensor, {piece.tensor, piece.begin + done, length});
      update(span, group);
      if (work.average_rate != 0) average(span, work.average_rate);
    }
  }
}

// Writes the sum of squares of each piece of part `part` to sums[piece].
inline void square_sum_part(const StepWork& work, int64_t part, SquareSumFunction square_sum,
                            double* sums) {
  for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    const StepCoefficients& group = work.groups[tensor.group];
    sums[i] =
        square_sum(tensor.gradient + piece.begin, piece.length, group.scale, group.clip_value);
  }
}

// Whether the gradients of part `part` are finite.
inline bool finite_part(const StepWork& work, int64_t part, FiniteFunction finite) {
  for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    if (!finite(tensor.gradient + piece.begin, piece.length, work.groups[tensor.group].scale))
      return false;
  }
  return true;
}

}  // namespace thalweg
