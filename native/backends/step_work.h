// What an optimizer step is, for a backend: which arrays, which rule, which
// coefficients. Pointers are borrowed for the call.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "core/macros.h"
#include "rules/rule.h"

namespace thalweg {

// How weight decay enters. Coupled L2 adds l2 * w to the gradient; decoupled
// decay shrinks the weight by rate * decay * w first.
enum class Decay { kNone, kCoupled, kDecoupled, kBoth };
inline constexpr int kDecayCount = 4;
// Whether L2 adds weights to their gradients.
THALWEG_INLINE constexpr bool is_coupled(Decay decay) {
  return decay == Decay::kCoupled || decay == Decay::kBoth;
}

// The values of one step for one parameter group; float32, computed in double.
struct StepCoefficients {
  float scale = 1;       // gradient scale, applied first
  float clip_value = 0;  // then clamped to +-clip_value (infinity: not)
  float l2 = 0;          // coupled: g += l2 * w
  float shrink = 0;      // decoupled: w -= shrink * w
  float rule[kMaxCoefficients] = {};
};

// A contiguous run of one tensor. `factor` multiplies the scaled, clamped
// gradient (norm clipping), `ratio` the direction of a rule that looks at tensors.
struct StepSpan {
  float* parameter;
  const float* gradient;
  float* slot[kMaxSlots];
  int64_t length;
  float factor;
  float ratio;
  float* average;  // of the parameter; null: none is kept
};

// Updates one span in place.
using StepFunction = void (*)(const StepSpan&, const StepCoefficients&);

// One tensor of a step. `factor`, `ratio` as in StepSpan; `group` indexes the coefficients.
struct StepTensor {
  float* parameter = nullptr;
  const float* gradient = nullptr;
  float* slot[kMaxSlots] = {};
  int64_t length = 0;
  float factor = 1;
  float ratio = 1;
  int32_t group = 0;
  float* average = nullptr;  // as in StepSpan
};

// Elements [begin, begin + length) of one tensor.
struct StepPiece {
  int32_t tensor;
  int64_t begin;
  int64_t length;
};

// A whole step. Pieces are cut at fixed borders; part p is the run of pieces
// [parts[p], parts[p + 1]), about equally much work each.
struct StepWork {
  int rule;
  const std::vector<StepTensor>* tensors;
  const std::vector<StepPiece>* pieces;
  const std::vector<int64_t>* parts;
  const StepCoefficients* groups;
  const Decay* decays;  // one per group
  float average_rate;   // average += average_rate * (parameter - average); 0: not this time
};

// Sums of squares that a rule's ratio is made of: of the weights, and of what it measures.
struct TensorSums {
  double weight = 0, measured = 0;
};

// The sums of one span, in the order of SquareSumFunction. Writes nothing else.
using TensorSumsFunction = TensorSums (*)(const StepSpan&, const StepCoefficients&);

// Sum over a span of (clamp(gradient * scale, +-clip))^2 in double. The order of
// additions depends on nothing but the length. Infinite or NaN exactly if an
// element is.
using SquareSumFunction = double (*)(const float* gradient, int64_t length, float scale,
                                     float clip_value);

// Whether every value * scale of a span is a finite number.
using FiniteFunction = bool (*)(const float* values, int64_t length, float scale);

// A look at the gradients of a step, each times its group's scale, or at the weights.
struct StepLook {
  enum class At { kGradients, kWeights };
  At at = At::kGradients;
  float limit = std::numeric_limits<float>::infinity();  // a power of two, greater than 1
};

}  // namespace thalweg
