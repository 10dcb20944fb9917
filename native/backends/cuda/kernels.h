// The functions with which host code launches the kernels of the .cu files. All queue on the
// calling thread's stream and return at once.
#pragma once

#include <cstdint>

#include "backends/cuda/device/step_tables.h"
#include "backends/product.h"
#include "backends/queued_batch.h"

#define THALWEG_OP(name, Parameters)
#include "ops/ops.def"

namespace thalweg::cuda {

struct StepLaunch {
  StepTables tables;
  int64_t pieces;  // number of pieces in the tables
  StepPlace place;
};
// Queues the update by rule number `rule`, with one block per piece.
void launch_step(int rule, const StepLaunch& step);
// The tables of the ratios, all in device memory.
struct RatioTables {
  const int64_t* first_piece;  // [tensors + 1]
  TensorSums* sums;            // [pieces]
  float* ratios;               // [tensors]
};
// Returns true where a rule's update needs the ratios of tensors.
bool has_tensor_ratio(int rule);
// Queues the calculation of the ratios for such a rule. It halts the queue where the policy refuses
// a tensor's weights.
void launch_tensor_ratios(int rule, const StepLaunch& step, const RatioTables& tables,
                          int64_t tensors);
// Queues the memory traffic of a rule with two slots, without its arithmetic.
void launch_probe(const StepLaunch& step);
// Queues a copy between 16-byte aligned arrays. The last length % 4 numbers are left out.
void launch_copy(const float* from, float* to, int64_t length);
// Queues a kernel that does nothing.
void launch_nothing();
// Writes the sum of squares of pieces[i] to sums[i], as SquareSumFunction defines it.
void launch_square_sums(const StepLaunch& step, double* sums);

// The tables of the norm, all in device memory.
struct NormTables {
  const int64_t* first_piece;  // [tensors + 1]
  const double* sums;          // [pieces]
  double* tensor_sums;         // [tensors]
  double* tensor_factors;      // [tensors], from each tensor's own norm
  float* factors;              // [tensors], tensor_factors times the global factor
  unsigned* arrived;           // 0 between launches
};
// Queues the calculation of the norm, the clip factors and the outcome. It sets place.halted where
// the policy refuses the gradient.
void launch_norm(const NormTables& tables, int64_t tensors, const StepPlace& place);

// Each op of ops.def has a launch, except the matrix products.
#define THALWEG_OP(name, Parameters) void launch_##name(const Parameters& op);
#define THALWEG_PRODUCT_OP(name, Parameters)
#include "ops/ops.def"
// Queues the calculation of dbias and the gradient before the activation, which replaces dy.
void launch_output_gradient(const DenseBackward& op);
void launch_product(const Product& product);

void launch_gather(const QueuedGather& op);
void launch_begin_step(const StepFeed& feed);
void launch_end_step(const StepFeed& feed);

}  // namespace thalweg::cuda
