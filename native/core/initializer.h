// Initial values of a parameter tensor: a pure function of (seed, tensor index,
// element), made on the host with exact arithmetic only, so that every machine
// starts from the same bits.
#pragma once

#include <cstdint>

namespace thalweg {

enum class Distribution { kConstant, kUniform, kNormal, kTruncatedNormal };

struct Initial {
  Distribution distribution = Distribution::kConstant;
  double value = 0;  // the constant, or the standard deviation of the values
};

// Fills `out` of `length` floats; `tensor` tells the tensors of a model apart.
// Uniform values lie in +-value * sqrt(3); normal ones are cut at 4 deviations.
// Truncated ones are cut at 2 deviations of a normal that is wide enough for
// what is left to have the deviation `value`: they lie in +-2.274 * value.
void initialise(const Initial& initial, uint64_t seed, uint64_t tensor, int64_t length, float* out);

}  // namespace thalweg
