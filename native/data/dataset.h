// A data set in memory: rows of features, and labels. It holds copies of the caller's arrays and
// never changes. Any number of trainers share it.
#pragma once

#include <cstdint>

#include "core/host_memory.h"

namespace thalweg::data {

enum class FeatureType { kFloat32, kUint8 };
enum class LabelType { kNone, kSparse, kDense };

struct Dataset {
  uint64_t serial = 0;  // unique in the process
  int64_t rows = 0;
  int64_t features = 0;  // elements of one row
  FeatureType feature_type = FeatureType::kFloat32;
  float scale = 1;  // a feature x of uint8 means x * scale + offset
  float offset = 0;
  HostMemory inputs;  // [rows, features]
  LabelType label_type = LabelType::kNone;
  int64_t label_width = 0;  // values of one row; 1 for sparse labels
  HostMemory labels;        // int32 [rows] or float32 [rows, label_width]
};

}  // namespace thalweg::data
