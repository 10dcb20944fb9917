// Checks what an embedding reads, before a run begins: every input must be a whole number below the
// number of table rows.
#pragma once

#include <cstdint>
#include <string>

#include "core/cancel.h"
#include "core/error.h"
#include "data/scan.h"

namespace thalweg {

// Throws RANGE for the first of the inputs [rows, columns] that is no index below `count`, and
// Aborted. The name of the input in the error ends with `of`; `first_row` numbers the first row.
template <class Value>
void check_indices(int64_t rows, int64_t columns, int64_t count, const std::string& of,
                   const CancelFlag* cancel, Value value, int64_t first_row = 0) {
  constexpr int64_t kOften = int64_t{1} << 20;
  for (int64_t i = 0; i < rows * columns; ++i) {
    if (i % kOften == 0) refuse_cancelled(cancel);
    const float index = value(i);
    // NaN fails these comparisons, so it is refused.
    if (index >= 0 && index < static_cast<float>(count) &&
        index == static_cast<float>(static_cast<int64_t>(index)))
      continue;
    throw Error({ErrorCode::kRange,
                 "inputs of row " + std::to_string(first_row + i / columns) + ", column " +
                     std::to_string(i % columns) + of,
                 std::to_string(index),
                 "an integer in [0, " + std::to_string(count) + "), for the embedding"});
  }
}

inline void check_indices(const data::Dataset& dataset, int64_t count, const std::string& name,
                          const CancelFlag* cancel) {
  constexpr size_t kBlockBytes = size_t{1} << 22;
  const data::RowFormat& format = dataset.format();
  const std::string of = " of " + name;
  const auto check = [&](int64_t first, int64_t rows, auto value) {
    check_indices(rows, format.features, count, of, cancel, value, first);
  };
  const auto check_block = [&](int64_t first, int64_t rows, const void* block) {
    const auto* numbers = static_cast<const float*>(block);
    const auto* bytes = static_cast<const uint8_t*>(block);
    if (format.feature_type == data::FeatureType::kFloat32)
      return check(first, rows, [=](int64_t i) { return numbers[i]; });
    const float scale = format.scale, offset = format.offset;
    check(first, rows, [=](int64_t i) { return static_cast<float>(bytes[i]) * scale + offset; });
  };
  data::scan(dataset, data::Column::kInputs, kBlockBytes, cancel, check_block);
}

}  // namespace thalweg
