// Initial values of a parameter tensor: a pure function of (seed, tensor index, element). The host
// computes them with exactly rounded arithmetic, so that every machine starts from the same bits.
#pragma once

#include <cstdint>

namespace thalweg {

enum class Distribution {
#define THALWEG_DISTRIBUTION(enumerator, name) enumerator,
#include "core/distribution.def"
#undef THALWEG_DISTRIBUTION
};

// In the order of the enumerators.
inline constexpr const char* kDistributionNames[] = {
#define THALWEG_DISTRIBUTION(enumerator, name) name,
#include "core/distribution.def"
#undef THALWEG_DISTRIBUTION
};

struct Initial {
  Distribution distribution = Distribution::kConstant;
  double value = 0;  // the constant, or the standard deviation of the values
};

// Fills `out` with `length` floats. `tensor` tells the tensors of a model apart. Uniform values lie
// in +-value * sqrt(3), and normal values are cut at 4 deviations. Truncated normal values have the
// deviation `value` after their cut at 2 deviations: they lie in +-2.274 * value.
void initialise(const Initial& initial, uint64_t seed, uint64_t tensor, int64_t length, float* out);

}  // namespace thalweg
