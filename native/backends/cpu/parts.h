// Cuts the processor's ops into parts. Their sizes alone decide the borders.
#pragma once

#include <algorithm>
#include <cstdint>

#include "backends/cpu/column_sums.h"
#include "core/round.h"
#include "core/threads.h"

namespace thalweg {

inline constexpr int64_t kPartLength = 8192;  // approximate number of elements of a part

// Calls body(first, last) on runs of elements, over all threads.
template <class Body>
void for_elements(int64_t length, Body body) {
  parallel_for(ceil_div(length, kPartLength), thread_count(), [&](int64_t part) {
    body(part * kPartLength, std::min(length, (part + 1) * kPartLength));
  });
}

// Calls body(first, last) on runs of rows, over all threads.
template <class Body>
void for_rows(int64_t rows, int64_t columns, Body body) {
  const int64_t step = std::max<int64_t>(1, kPartLength / std::max<int64_t>(1, columns));
  parallel_for(ceil_div(rows, step), thread_count(),
               [&](int64_t part) { body(part * step, std::min(rows, (part + 1) * step)); });
}

// Calls body(first, last) on runs of at most kSummedColumns columns, over all threads.
template <class Body>
void for_columns(int64_t columns, Body body) {
  parallel_for(ceil_div(columns, kSummedColumns), thread_count(), [&](int64_t part) {
    body(part * kSummedColumns, std::min(columns, (part + 1) * kSummedColumns));
  });
}

}  // namespace thalweg
