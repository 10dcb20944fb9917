// A stable counting sort of an embedding's positions.
#pragma once

#include <cstdint>

namespace thalweg::cuda {

// Queues the sort of `count` positions by their rows, which are below `rows`. Positions of one row
// keep their order. Returns the sorted positions, which lie in `scratch` (ops/scratch.h gives its
// size). Throws OVERFLOW where there are 2^32 positions or more.
const uint32_t* launch_position_sort(const float* row_of, int64_t count, int64_t rows,
                                     uint32_t* scratch);

}  // namespace thalweg::cuda
