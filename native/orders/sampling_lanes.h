// What the vector lanes do for sampling: parameter structs, and the entries'
// contracts.
#pragma once

#include <cstdint>

#include "core/random.h"
#include "orders/sampling.h"

namespace thalweg {

// Rows a block of random words serves with keys.
inline constexpr int kKeyRows = 32;

// Keys of rows [first, last), first a multiple of kKeyRows.
struct KeyRange {
  RandomStream stream;
  const double* weights;
  uint64_t first;
  uint64_t last;
};

// Draws number first, first + stride, …, count of them.
struct DrawRange {
  RandomStream stream;
  const data::AliasColumn* columns;
  uint64_t length;  // columns
  uint64_t first;
  uint64_t stride;
  int64_t count;
};

struct SamplingLanes {
  // keys[row - first] = -ln(u) / weight, u uniform in (0, 1); infinite for a weight of 0.
  void (*keys)(const KeyRange& range, double* keys);
  void (*draws32)(const DrawRange& range, uint32_t* out);
  void (*draws64)(const DrawRange& range, uint64_t* out);
};

}  // namespace thalweg
