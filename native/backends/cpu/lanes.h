// The table of functions that exist once per instruction set. Each entry takes
// raw pointers and plain structs; callers cut the work into parts and call the
// table from core/threads.h. To add one: declare it here, define it in a .cc of
// sources/lanes.txt inside `namespace thalweg::THALWEG_LANES`, and name it in
// lanes_table.cc.
#pragma once

#include <cstddef>
#include <cstdint>

#include "backends/step_work.h"
#include "core/isa.h"
#include "core/macros.h"
#include "ops/activation.h"
#include "ops/add.h"
#include "ops/dropout.h"
#include "ops/loss.h"
#include "ops/norm.h"
#include "ops/softmax.h"
#include "orders/gather.h"
#include "orders/sampling_lanes.h"
#include "orders/shuffle_lanes.h"

namespace thalweg {

// c [rows, n] = a b with a(i, k) at a[i * a_row + k * a_column], b [k, n].
struct RowProduct {
  const float* a;
  const float* b;
  float* c;
  int64_t n, k;
  int64_t a_row, a_column;
};

// dy [rows, columns] *= f'(y) in place, for derivative_from_output; dbias [columns] (or null) = sum
// over rows.
struct OutputGradient {
  Activation activation;
  float slope;
  const float* y;
  float* dy;
  float* dbias;
  int64_t rows, columns;
};

struct Lanes {
  const char* name;
  StepFunction (*step)(int rule, Decay decay);
  void (*average)(const StepSpan& span, float rate);
  void (*probe)(const StepSpan& span);
  SquareSumFunction square_sum;
  FiniteFunction finite;
  void (*product)(const RowProduct& p, int64_t first_row, int64_t last_row);
  void (*output_gradient)(const OutputGradient& op, int64_t first, int64_t last);
  // Of elements.
  void (*activation_forward)(const ActivationForward& op, int64_t first, int64_t last);
  void (*activation_backward)(const ActivationBackward& op, int64_t first, int64_t last);
  void (*add)(const Add& op, int64_t first, int64_t last);
  void (*dropout)(const Dropout& op, int64_t first, int64_t last);
  // Of rows.
  void (*softmax_forward)(const SoftmaxForward& op, int64_t first, int64_t last);
  void (*softmax_backward)(const SoftmaxBackward& op, int64_t first, int64_t last);
  void (*loss)(const Loss& op, int64_t first, int64_t last);  // but not op.result
  // Of columns, at most kSummedColumns.
  void (*batch_moments)(const BatchMoments& op, int64_t first, int64_t last);
  void (*batch_norm_forward)(const BatchNormForward& op, int64_t first, int64_t last);
  void (*batch_norm_backward)(const BatchNormBackward& op, int64_t first, int64_t last);
  void (*layer_norm_parameters)(const LayerNormBackward& op, int64_t first, int64_t last);
  // Of rows; the backward one gives dx alone.
  void (*layer_norm_forward)(const LayerNormForward& op, int64_t first, int64_t last);
  void (*layer_norm_backward)(const LayerNormBackward& op, int64_t first, int64_t last);
  void (*gather)(const data::Gather& gather, int64_t first, int64_t last);
  ShuffleLanes shuffle;
  SamplingLanes sampling;
};

// The table for one instruction set; nullptr where it was not compiled.
const Lanes* lanes_for(Isa isa);
// The table for selected_isa(), resolved once.
const Lanes& lanes();

}  // namespace thalweg
