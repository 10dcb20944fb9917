// The normalisations of CpuBackend: how the lanes' work is cut.
#include <algorithm>

#include "backends/cpu/column_sums.h"
#include "backends/cpu/cpu_backend.h"
#include "backends/cpu/parts.h"
#include "ops/norm_functions.h"

namespace thalweg {

namespace {

// Calls body(first, last) on runs of columns, over all threads.
template <class Body>
void for_columns(int64_t columns, Body body) {
  parallel_for(ceil_div(columns, kSummedColumns), thread_count(), [&](int64_t part) {
    body(part * kSummedColumns, std::min(columns, (part + 1) * kSummedColumns));
  });
}

}  // namespace

void CpuBackend::batch_moments(const BatchMoments& op) {
  for_columns(op.columns,
              [&](int64_t first, int64_t last) { lanes_.batch_moments(op, first, last); });
}

void CpuBackend::batch_norm_forward(const BatchNormForward& op) {
  for_columns(op.columns,
              [&](int64_t first, int64_t last) { lanes_.batch_norm_forward(op, first, last); });
}

void CpuBackend::batch_norm_backward(const BatchNormBackward& op) {
  for_columns(op.columns,
              [&](int64_t first, int64_t last) { lanes_.batch_norm_backward(op, first, last); });
}

void CpuBackend::batch_norm_update(const BatchNormUpdate& op) {
  if (op.halted != nullptr && *op.halted != 0) return;
  for (int64_t i = 0; i < op.columns; ++i) {
    op.running_mean[i] = moved(op.running_mean[i], op.mean[i], op.momentum);
    op.running_variance[i] =
        moved(op.running_variance[i], op.variance[i] * op.correction, op.momentum);
  }
}

void CpuBackend::layer_norm_forward(const LayerNormForward& op) {
  for_rows(op.rows, op.columns,
           [&](int64_t first, int64_t last) { lanes_.layer_norm_forward(op, first, last); });
}

// Parameters first: dx may take the place of dy.
void CpuBackend::layer_norm_backward(const LayerNormBackward& op) {
  if (op.dscale != nullptr || op.doffset != nullptr)
    for_columns(op.columns, [&](int64_t first, int64_t last) {
      lanes_.layer_norm_parameters(op, first, last);
    });
  for_rows(op.rows, op.columns,
           [&](int64_t first, int64_t last) { lanes_.layer_norm_backward(op, first, last); });
}

}  // namespace thalweg
