// The host backends process the pieces of a step with these functions.
#pragma once

#include <cmath>

#include "backends/step_work.h"

namespace thalweg {

inline StepSpan piece_span(const StepTensor& tensor, const StepPiece& piece) {
  StepSpan span{tensor.parameter + piece.begin,
                tensor.gradient + piece.begin,
                {},
                piece.length,
                tensor.factor,
                tensor.ratio,
                tensor.average == nullptr ? nullptr : tensor.average + piece.begin};
  for (int slot = 0; slot < kMaxSlots; ++slot)
    span.slot[slot] = tensor.slot[slot] == nullptr ? nullptr : tensor.slot[slot] + piece.begin;
  return span;
}

// The number of elements that are updated and then averaged, while their arrays are in the
// first-level cache.
inline constexpr int64_t kAverageStride = 256;

// Updates the pieces of part `part`, and the averages of their weights. find(rule, decay) returns
// the loop of the update.
template <class Find, class Average>
void step_part(const StepWork& work, int64_t part, Find find, Average average) {
  for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    const StepFunction update = find(work.rule, work.decays[tensor.group]);
    const StepCoefficients& group = work.groups[tensor.group];
    const int64_t stride = work.average_rate == 0 ? piece.length : kAverageStride;
    for (int64_t done = 0; done < piece.length; done += stride) {
      const int64_t length = piece.length - done < stride ? piece.length - done : stride;
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

// Writes the sums of each piece of part `part` to sums[piece]. find(rule, decay) returns the loop.
template <class Find>
void tensor_sums_part(const StepWork& work, int64_t part, Find find, TensorSums* sums) {
  for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    const TensorSumsFunction add = find(work.rule, work.decays[tensor.group]);
    sums[i] = add(piece_span(tensor, piece), work.groups[tensor.group]);
  }
}

// Does what StepExecutor::all_within does, for part `part` alone.
inline bool part_within(const StepWork& work, int64_t part, MagnitudeCheck check,
                        FiniteFunction finite) {
  // A number times the magnifier is finite where the number is less than the limit, and infinite
  // elsewhere.
  const float magnifier = std::isinf(check.limit) ? 1.0f : 0x1p127f / check.limit * 2.0f;
  const bool at_weights = check.of == MagnitudeCheck::Of::kWeights;
  for (int64_t i = (*work.parts)[part]; i < (*work.parts)[part + 1]; ++i) {
    const StepPiece& piece = (*work.pieces)[i];
    const StepTensor& tensor = (*work.tensors)[piece.tensor];
    const float* values = at_weights ? tensor.parameter : tensor.gradient;
    const float scale = at_weights ? 1.0f : work.groups[tensor.group].scale;
    if (!finite(values + piece.begin, piece.length, scale * magnifier)) return false;
  }
  return true;
}

}  // namespace thalweg
