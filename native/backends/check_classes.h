// The check that every backend's loss begins with.
#pragma once

#include <string>

#include "core/error.h"
#include "ops/loss.h"

namespace thalweg {

inline void check_classes(const Loss& op) {
  for (int64_t row = 0; op.classes != nullptr && row < op.rows; ++row)
    if (op.classes[row] < 0 || op.classes[row] >= op.columns)
      throw Error({"RANGE", "labels[" + std::to_string(row) + "] of the batch",
                   std::to_string(op.classes[row]),
                   "a class in [0, " + std::to_string(op.columns) + ")", ""});
}

}  // namespace thalweg
