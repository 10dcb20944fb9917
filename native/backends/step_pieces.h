// Walking the pieces of a step, shared by the host backends.
#pragma once

#include "backends/step_work.h"

namespace thalweg {

inline StepSpan piece_span(const StepTensor& tensor, const StepPiece& piece) {
  StepSpan span{tensor.parameter + piece.begin,
                tensor.gradient + piece.begin,
                {},
                piece.length,
                tensor.factor};
  for (int slot = 0; slot < kMaxSlots; ++slot)
    span.slot[slot] = tensor.slot[slot] == nullptr ? nullptr : tensor.slot[slot] + piece.begin;
  return span;
}

// Updates the pieces of part `part`; find(rule, decay) yields the loop.
template <class Find>
void step_part(const StepWork& work, int64_t part, Find find) {
  for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    find(work.rule, work.decays[tensor.group])(piece_span(tensor, piece),
                                               work.groups[tensor.group]);
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
