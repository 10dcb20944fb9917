// The inputs and the report of a queued training step, as the device's kernels see them.
#pragma once

#include <cstdint>

#include "backends/step_queue.h"
#include "data/row_format.h"
#include "ops/loss.h"
#include "orders/index_cipher.h"

namespace thalweg {

// A data set in the device's memory.
using ResidentData = data::RowArrays;

// Maps a position to a row of the data set: by a list, by a cipher, or by identity.
struct RowOrder {
  enum class Kind : int32_t { kIdentity, kList, kCipher };
  Kind kind = Kind::kIdentity;
  const uint32_t* list = nullptr;
  IndexCipher cipher = {};
};

// Gathers `count` rows, which stand at the positions *first, *first + 1, …
struct QueuedGather {
  ResidentData data;
  const RowOrder* order;
  const uint64_t* first;
  int64_t count;
  float* inputs;
  int32_t* classes;  // where labels are sparse
  float* values;     // where labels are dense
  float* weights;    // where the data has weights
};

// The report of a step. The device writes it into shared memory, and writes `ticket` last.
struct StepReceipt {
  double loss_sum;
  int64_t correct;
  double gradient_norm;
  int32_t halted;  // not 0: the update was left out
  uint64_t ticket;
};

// Two rings of `slots` entries in shared memory hold the arguments and the receipts of steps. Step
// number t uses entry t mod slots. begin_step copies its arguments to `arguments`; end_step writes
// its receipt and increments t.
struct StepFeed {
  const void* argument_ring;  // shared [slots][argument_bytes], a multiple of 16
  StepReceipt* receipts;      // shared [slots]
  uint64_t* counter;          // t, in device memory
  void* arguments;            // [argument_bytes], in device memory
  uint64_t slots;
  uint64_t argument_bytes;
  StepPlace place;  // place.arguments points into `arguments`
  const LossResult* loss;
};

}  // namespace thalweg
