// The launches that the .cu files offer to the host code of this folder. All queue
// on the calling thread's stream and return at once.
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
  int64_t pieces;  // of the tables
  StepPlace place;
};
// The update by rule number `rule`; one block a piece.
void launch_step(int rule, const StepLaunch& step);
// All in device memory.
struct RatioTables {
  const int64_t* first_piece;  // [tensors + 1]
  TensorSums* sums;            // [pieces]
  float* ratios;               // [tensors]
};
// Whether a rule's update needs the ratios of tensors.
bool looks_at_tensors(int rule);
// The ratios of such a rule; halts where the policy refuses a tensor's weights.
void launch_tensor_ratios(int rule, const StepLaunch& step, const RatioTables& tables,
                          int64_t tensors);
// The memory traffic of a rule with two slots; a copy of `length` numbers between 16-byte aligned
// arrays, but for the last ones that do not fill 16 bytes; a kernel that does nothing.
void launch_probe(const StepLaunch& step);
void launch_copy(const float* from, float* to, int64_t length);
void launch_nothing();
// sums[i]: of pieces[i], as SquareSumFunction says.
void launch_square_sums(const StepLaunch& step, double* sums);

// All in device memory.
struct NormTables {
  const int64_t* first_piece;  // [tensors + 1]
  const double* sums;          // [pieces]
  double* tensor_sums;         // [tensors]
  double* tensor_factors;      // [tensors], of each tensor's own norm
  float* factors;              // [tensors], with the global norm's
  unsigned* arrived;           // 0 between launches
};
// Norm, clip factors and outcome; sets place.halted where the policy refuses.
void launch_norm(const NormTables& tables, int64_t tensors, const StepPlace& place);

// Every op but the products.
#define THALWEG_OP(name, Parameters) void launch_##name(const Parameters& op);
#define THALWEG_PRODUCT_OP(name, Parameters)
#include "ops/ops.def"
// dy *= f'(y), and dbias.
void launch_output_gradient(const DenseBackward& op);
void launch_product(const Product& product);

void launch_gather(const QueuedGather& op);
void launch_begin_step(const StepFeed& feed);
void launch_end_step(const StepFeed& feed);

}  // namespace thalweg::cuda
