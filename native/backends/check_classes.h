// The host backends check class indices before they compute a loss.
#pragma once

#include <cstdint>
#include <string>

#include "core/error.h"
#include "ops/loss.h"

namespace thalweg {

// Throws RANGE for the first of classes [rows] that lies outside [0, columns).
inline void check_classes(const int32_t* classes, int64_t rows, int64_t columns) {
  for (int64_t row = 0; row < rows; ++row)
    if (classes[row] < 0 || classes[row] >= columns)
      throw Error({ErrorCode::kRange, "labels[" + std::to_string(row) + "] of the batch",
                   std::to_string(classes[row]),
                   "a class in [0, " + std::to_string(columns) + ")"});
}

inline void check_classes(const Loss& op) {
  if (op.classes != nullptr) check_classes(op.classes, op.rows, op.columns);
}

}  // namespace thalweg
