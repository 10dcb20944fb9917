// A stable counting sort of an embedding's positions.
#pragma once

#include <cstdint>

namespace thalweg::cuda {

// Queues the sort of `count` positions by their rows, which are below `rows`; positions of one row
// keep their order. Returns where the sorted positions lie in `scratch`, which is as ops/scratch.h
// says. Throws OVERFLOW where there are more than 32 bits count.
const uint32_t* launch_position_sort(const float* row_of, int64_t count, int64_t rows,
                                     uint32_t* scratch);

}  // namespace thalweg::cuda
