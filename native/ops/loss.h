// Losses with their gradients in one pass. Outputs x [rows, columns]; labels
// either class indices [rows] or values [rows, columns]. Each row's loss is in
// float64; core/fold.h adds rows, so no thread count or device changes the sum.
#pragma once

#include <cstdint>

namespace thalweg {

enum class LossKind { kSoftmaxCrossEntropy, kSigmoidCrossEntropy, kMeanSquaredError, kHuber };

struct LossResult {
  double sum = 0;           // over rows of the row's loss
  int64_t correct = 0;      // rows whose largest output is the label's largest
  int64_t bad_classes = 0;  // class indices that are none, where the device cannot throw
  uint32_t arrived = 0;     // blocks of the device's kernel; 0 between them
};

// A row's loss is: softmaxCrossEntropy: -sum p log softmax(x); the others: the
// mean over columns. dx is the gradient of the mean over rows; x stays. A class
// index that is none throws RANGE naming the row, or is counted and, in a queue,
// halts it.
struct Loss {
  LossKind kind;
  float delta;  // huber
  const float* x;
  const int32_t* classes;  // or null
  const float* values;     // or null
  float* dx;
  double* row_losses;    // scratch [rows]
  int32_t* row_correct;  // scratch [rows]
  int64_t rows, columns;
  LossResult* result;
  int32_t* halted = nullptr;  // or null; set to 1 for a class index that is none
};

}  // namespace thalweg
