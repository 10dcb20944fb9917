// Losses with their gradients in one pass. x [rows, columns] are the outputs. Labels are class
// indices [rows] or values [rows, columns]. Each row's loss is in float64, and core/fold.h adds the
// rows. So neither the thread count nor the device changes the sum.
#pragma once

#include <cstdint>

namespace thalweg {

enum class LossKind {
#define THALWEG_LOSS(enumerator, name) enumerator,
#include "ops/loss.def"
#undef THALWEG_LOSS
};

// In the order of the enumerators.
inline constexpr const char* kLossNames[] = {
#define THALWEG_LOSS(enumerator, name) name,
#include "ops/loss.def"
#undef THALWEG_LOSS
};

struct LossResult {
  double sum = 0;           // the sum of the rows' losses
  int64_t correct = 0;      // rows whose largest output is the label's largest
  int64_t bad_classes = 0;  // invalid class indices, counted on a device that cannot throw
  uint32_t arrived = 0;     // finished blocks of the kernel on a device; 0 between kernels
};

// The loss of a row is -sum p log softmax(x) for softmaxCrossEntropy, and a mean over columns for
// the others. dx is the gradient of the mean over rows, and x stays unchanged. An invalid class
// index throws RANGE, which names the row. A device that cannot throw counts it and halts its
// queue.
struct Loss {
  LossKind kind;
  float delta;  // Huber's delta
  const float* x;
  const int32_t* classes;  // or null
  const float* values;     // or null
  float* dx;
  double* row_losses;    // scratch [rows]
  int32_t* row_correct;  // scratch [rows]
  int64_t rows, columns;
  LossResult* result;
  int32_t* halted = nullptr;  // may be null; becomes 1 for an invalid class index
};

}  // namespace thalweg
