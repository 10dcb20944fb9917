// What a queued training step reads and reports, as the device's kernels see it.
#pragma once

#include <cstdint>

#include "backends/step_queue.h"
#include "data/dataset.h"
#include "ops/loss.h"
#include "orders/index_cipher.h"

namespace thalweg {

// A data set in the device's memory.
struct ResidentData {
  const void* inputs;  // float32 or uint8 [rows, features]
  const void* labels;  // int32 [rows], float32 [rows, label_width], or null
  data::FeatureType feature_type;
  data::LabelType label_type;
  float scale, offset;  // of uint8 features
  int64_t rows, features, label_width;
};

// Which row stands at a position: one from a list, the cipher's, or the position.
struct RowOrder {
  enum class Kind : int32_t { kIdentity, kList, kCipher };
  Kind kind = Kind::kIdentity;
  const uint32_t* list = nullptr;
  IndexCipher cipher = {};
};

// Rows at positions *first, *first + 1, …, count of them.
struct QueuedGather {
  ResidentData data;
  const RowOrder* order;
  const uint64_t* first;
  int64_t count;
  float* inputs;
  int32_t* classes;  // by label type
  float* values;
};

// A step's report, written by the device into shared memory; `ticket` last.
struct StepReceipt {
  double loss_sum;
  int64_t correct;
  double gradient_norm;
  int32_t halted;  // the update was left out
  uint64_t ticket;
};

// How steps get their arguments and give their reports: rings of `slots` entries
// in shared memory. Step number t takes entry t mod slots; begin_step copies it
// to `arguments`, end_step writes the receipt and counts on.
struct StepFeed {
  const void* argument_ring;  // shared [slots][argument_bytes], a multiple of 16
  StepReceipt* receipts;      // shared [slots]
  uint64_t* counter;          // t, in device memory
  void* arguments;            // [argument_bytes], in device memory
  uint64_t slots;
  uint64_t argument_bytes;
  StepPlace place;  // its arguments lie in `arguments`
  const LossResult* loss;
};

}  // namespace thalweg
