// Runs a thread's share of a long loop, with several loads in flight.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

namespace thalweg::cuda {

inline constexpr int kLoadsInFlight = 8;

// Calls use(i, load(i)) for i = first, first + step, … below last, in this order. It loads several
// values before it uses the first, so a use must not change what a later load reads. The compiler
// cannot prove this, and would wait for each load.
template <class Load, class Use>
__device__ void for_strided(int64_t first, int64_t last, int64_t step, Load load, Use use) {
  using Loaded = decltype(load(first));
  for (int64_t i = first; i < last; i += kLoadsInFlight * step) {
    Loaded loaded[kLoadsInFlight];
    if (i + (kLoadsInFlight - 1) * step < last) {
#pragma unroll
      for (int k = 0; k < kLoadsInFlight; ++k) loaded[k] = load(i + k * step);
#pragma unroll
      for (int k = 0; k < kLoadsInFlight; ++k) use(i + k * step, loaded[k]);
      continue;
    }
#pragma unroll
    for (int k = 0; k < kLoadsInFlight; ++k)
      loaded[k] = i + k * step < last ? load(i + k * step) : Loaded{};
#pragma unroll
    for (int k = 0; k < kLoadsInFlight; ++k)
      if (i + k * step < last) use(i + k * step, loaded[k]);
  }
}

}  // namespace thalweg::cuda
