// Checks what an embedding reads, before a run begins: every input must be a whole number below the
// number of table rows.
#pragma once

#include <cstdint>
#include <string>

#include "core/cancel.h"
#include "core/error.h"
#include "data/dataset.h"

namespace thalweg {

// Throws RANGE for the first of the inputs [rows, columns] that is no index below `count`, and
// Aborted. The name of the input in the error ends with `of`.
template <class Value>
void check_indices(int64_t rows, int64_t columns, int64_t count, const std::string& of,
                   const CancelFlag* cancel, Value value) {
  constexpr int64_t kOften = int64_t{1} << 20;
  for (int64_t i = 0; i < rows * columns; ++i) {
    if (i % kOften == 0) refuse_cancelled(cancel);
    const float index = value(i);
    // NaN fails these comparisons, so it is refused.
    if (index >= 0 && index < static_cast<float>(count) &&
        index == static_cast<float>(static_cast<int64_t>(index)))
      continue;
    throw Error({"RANGE",
                 "inputs of row " + std::to_string(i / columns) + ", column " +
                     std::to_string(i % columns) + of,
                 std::to_string(index),
                 "an integer in [0, " + std::to_string(count) + "), for the embedding", ""});
  }
}

inline void check_indices(const data::Dataset& dataset, int64_t count, const std::string& name,
                          const CancelFlag* cancel) {
  const std::string of = " of " + name;
  if (dataset.feature_type == data::FeatureType::kFloat32) {
    const auto* inputs = static_cast<const float*>(dataset.inputs.data());
    check_indices(dataset.rows, dataset.features, count, of, cancel,
                  [=](int64_t i) { return inputs[i]; });
  } else {
    const auto* inputs = static_cast<const uint8_t*>(dataset.inputs.data());
    const float scale = dataset.scale, offset = dataset.offset;
    check_indices(dataset.rows, dataset.features, count, of, cancel,
                  [=](int64_t i) { return static_cast<float>(inputs[i]) * scale + offset; });
  }
}

}  // namespace thalweg
