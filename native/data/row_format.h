// The format of a data set's rows, and arrays of such rows in memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace thalweg::data {

enum class FeatureType { kFloat32, kUint8 };
enum class LabelType { kNone, kSparse, kDense };

// The arrays of a data set.
enum class Column { kInputs, kLabels, kWeights };

struct RowFormat {
  int64_t rows = 0;
  int64_t features = 0;  // elements of one row
  FeatureType feature_type = FeatureType::kFloat32;
  float scale = 1;  // uint8 features become x * scale + offset
  float offset = 0;
  LabelType label_type = LabelType::kNone;
  int64_t label_width = 0;  // values of a row; 1 for sparse labels
  bool weighted = false;    // each row has a weight in float32

  bool is_sparse() const { return label_type == LabelType::kSparse; }
  // Returns true where the formats differ in their number of rows at most.
  bool has_equal_rows(const RowFormat& other) const {
    return features == other.features && feature_type == other.feature_type &&
           scale == other.scale && offset == other.offset && label_type == other.label_type &&
           label_width == other.label_width && weighted == other.weighted;
  }
  size_t row_bytes(Column column) const {
    if (column == Column::kInputs)
      return features * (feature_type == FeatureType::kUint8 ? 1 : sizeof(float));
    if (column == Column::kWeights) return weighted ? sizeof(float) : 0;
    return label_type == LabelType::kNone ? 0 : label_width * sizeof(float);
  }
  size_t bytes(Column column) const { return rows * row_bytes(column); }
  size_t bytes() const {
    return bytes(Column::kInputs) + bytes(Column::kLabels) + bytes(Column::kWeights);
  }
};

// Rows that lie in the memory of the host or of a device.
struct RowArrays : RowFormat {
  const void* inputs = nullptr;    // float32 or uint8 [rows, features]
  const void* labels = nullptr;    // int32 [rows], float32 [rows, label_width], or null
  const float* weights = nullptr;  // [rows], or null
};

}  // namespace thalweg::data
