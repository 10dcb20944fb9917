// Describes an optimizer step to a backend: its arrays, rule and coefficients. Pointers are
// borrowed for the call.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "core/macros.h"
#include "rules/rule.h"

namespace thalweg {

// How weight decay enters a step. Coupled L2 adds l2 * w to the gradient. Decoupled decay first
// shrinks the weight by rate * decay * w.
enum class Decay { kNone, kCoupled, kDecoupled, kBoth };
inline constexpr int kDecayCount = 4;
// Returns true where L2 adds weights to their gradients.
THALWEG_INLINE constexpr bool is_coupled(Decay decay) {
  return decay == Decay::kCoupled || decay == Decay::kBoth;
}

// The values of one step for one parameter group. They are computed in double and rounded to
// float32.
struct StepCoefficients {
  float scale = 1;       // gradient scale, applied first
  float clip_value = 0;  // then clamped to +-clip_value; infinity: not clamped
  float l2 = 0;          // coupled: g += l2 * w
  float shrink = 0;      // decoupled: w -= shrink * w
  float rule[kMaxCoefficients] = {};
};

// A contiguous run of one tensor. `factor` multiplies the scaled and clamped gradient, for norm
// clipping. `ratio` multiplies the direction of a rule that looks at whole tensors.
struct StepSpan {
  float* parameter;
  const float* gradient;
  float* slot[kMaxSlots];
  int64_t length;
  float factor;
  float ratio;
  float* average;  // the parameter's average; null: none is kept
};

// Updates one span in place.
using StepFunction = void (*)(const StepSpan&, const StepCoefficients&);

// One tensor of a step. `factor`, `ratio` and `average` mean the same as in StepSpan. `group`
// indexes the coefficients.
struct StepTensor {
  float* parameter = nullptr;
  const float* gradient = nullptr;
  float* slot[kMaxSlots] = {};
  int64_t length = 0;
  float factor = 1;
  float ratio = 1;
  int32_t group = 0;
  float* average = nullptr;
};

// Elements [begin, begin + length) of one tensor.
struct StepPiece {
  int32_t tensor;
  int64_t begin;
  int64_t length;
};

// A whole step. Pieces are cut at fixed borders. Part p is the run of pieces [parts[p],
// parts[p + 1]). All parts have about equal work.
struct StepWork {
  int rule;
  const std::vector<StepTensor>* tensors;
  const std::vector<StepPiece>* pieces;
  const std::vector<int64_t>* parts;
  const StepCoefficients* groups;
  const Decay* decays;  // one per group
  float average_rate;   // average += average_rate * (parameter - average); 0: averages stay
};

// The sums of squares from which a tensor's ratio follows: those of its weights, and of the numbers
// that the rule measures.
struct TensorSums {
  double weight = 0, measured = 0;
};

// Returns the sums of one span, in the order of SquareSumFunction. Changes no array.
using TensorSumsFunction = TensorSums (*)(const StepSpan&, const StepCoefficients&);

// Returns the sum over a span of clamp(gradient * scale, +-clip_value)^2 in double. The order of
// additions depends on the length alone. The sum is finite exactly where every element is.
using SquareSumFunction = double (*)(const float* gradient, int64_t length, float scale,
                                     float clip_value);

// Returns true where value * scale is finite for every value of a span.
using FiniteFunction = bool (*)(const float* values, int64_t length, float scale);

// The numbers that all_within checks: gradients, each times its group's scale, or weights.
struct MagnitudeCheck {
  enum class Of { kGradients, kWeights };
  Of of = Of::kGradients;
  float limit = std::numeric_limits<float>::infinity();  // a power of two, greater than 1
};

}  // namespace thalweg
