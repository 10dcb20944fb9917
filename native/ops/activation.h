// Activation functions, element by element. Backward can read the input x, from which every
// derivative follows. It reads the output y instead where that is cheaper.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

enum class Activation {
#define THALWEG_ACTIVATION(enumerator, name, from_output) enumerator,
#include "ops/activation.def"
#undef THALWEG_ACTIVATION
};

// The names, in the order of the enumerators.
inline constexpr const char* kActivationNames[] = {
#define THALWEG_ACTIVATION(enumerator, name, from_output) name,
#include "ops/activation.def"
#undef THALWEG_ACTIVATION
};

// Returns true if the derivative follows from y alone.
constexpr bool derivative_from_output(Activation activation) {
  constexpr bool kFromOutput[] = {
#define THALWEG_ACTIVATION(enumerator, name, from_output) from_output,
#include "ops/activation.def"
#undef THALWEG_ACTIVATION
  };
  return kFromOutput[static_cast<int>(activation)];
}

// y = f(x). x and y [length] may be the same array.
struct ActivationForward {
  Activation activation;
  float slope;  // leakyRelu's slope for x < 0; elu's alpha
  const float* x;
  float* y;
  int64_t length;
};
THALWEG_FIELDS(ActivationForward, activation, slope, x, y, length)

// dx = dy f'(x). dx and dy may be the same array. x may be null if
// derivative_from_output(activation).
struct ActivationBackward {
  Activation activation;
  float slope;
  const float* x;
  const float* y;
  const float* dy;
  float* dx;
  int64_t length;
};
THALWEG_FIELDS(ActivationBackward, activation, slope, x, y, dy, dx, length)

}  // namespace thalweg
