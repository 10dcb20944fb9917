// Sums of many numbers in an order that depends on their count alone, for host and
// device alike: the same bits.
#pragma once

#include <cstdint>

#include "core/macros.h"

namespace thalweg {

// Value i goes to lane i mod kFoldLanes; lanes fold in halves.
inline constexpr int kFoldLanes = 1024;
// Sums over the rows of a matrix, for each column: row r goes to partial sum r mod
// kColumnPartials; they fold in halves.
inline constexpr int kColumnPartials = 32;

inline namespace THALWEG_LANES {

// Adds value(0), …, value(count - 1). Lanes begin at 0; those without a value would
// add zeros to what is never -0, which changes no bit, and are left out.
template <class Value>
double fold(int64_t count, Value value) {
  double lane[kFoldLanes];
  const int64_t lanes = count < kFoldLanes ? count : kFoldLanes;
  for (int64_t i = 0; i < lanes; ++i) lane[i] = 0.0 + value(i);
  for (int64_t i = lanes; i < count; ++i) lane[i % kFoldLanes] += value(i);
  for (int64_t width = kFoldLanes / 2; width > 0; width /= 2)
    for (int64_t i = 0; i < width && i + width < lanes; ++i) lane[i] += lane[i + width];
  return count > 0 ? lane[0] : 0.0;
}

}  // namespace THALWEG_LANES
}  // namespace thalweg
