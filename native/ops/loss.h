// Losses with their gradients in one pass. x [rows, columns] are the outputs. Labels are class
// indices [rows] or values [rows, columns]. Each row's loss is in float64, and core/fold.h adds the
// rows. So neither the thread count nor the device changes the sum.
#pragma once

#include <cstdint>

#include "core/macros.h"

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
// the others, times the row's weight. dx is the gradient of the sum divided by the number of rows,
// and x stays unchanged. An invalid class index throws RANGE, which names the row; a device that
// cannot throw counts it and halts its queue.
struct Loss {
  LossKind kind;
  float delta;      // Huber's delta
  float smoothing;  // the smoothing of labels, in [0, 1)
  const float* x;
  const int32_t* classes;  // or null
  const float* values;     // or null
  const float* weights;    // [rows], at least 0, or null; a row of weight 0 does not count at all
  float* dx;
  double* row_losses;    // scratch [rows]
  int32_t* row_correct;  // scratch [rows]
  int64_t rows, columns;
  LossResult* result;
  int32_t* halted = nullptr;  // may be null; becomes 1 for an invalid class index
};

// With smoothing s, labels become label * keep + spread: (1 - s) label + s / columns for softmax,
// and (1 - s) label + s / 2 for sigmoids, as in Keras and PyTorch.
struct LabelMap {
  float keep, spread;
};

inline namespace THALWEG_LANES {

THALWEG_DEVICE inline LabelMap label_map(const Loss& op) {
  const double share =
      op.kind == LossKind::kSoftmaxCrossEntropy ? static_cast<double>(op.columns) : 2.0;
  return {static_cast<float>(1 - static_cast<double>(op.smoothing)),
          static_cast<float>(op.smoothing / share)};
}

}  // namespace THALWEG_LANES

}  // namespace thalweg
