// The launches that the .cu files offer to the host code of this folder. All queue
// on the calling thread's stream and return at once.
#pragma once

#include <cstdint>

#include "backends/cuda/device/step_tables.h"
#include "backends/product.h"
#include "backends/queued_batch.h"
#include "ops/activation.h"
#include "ops/add.h"
#include "ops/dense.h"
#include "ops/dropout.h"
#include "ops/embedding.h"
#include "ops/loss.h"
#include "ops/norm.h"
#include "ops/softmax.h"

namespace thalweg::cuda {

struct StepLaunch {
  StepTables tables;
  int64_t pieces;  // of the tables
  StepPlace place;
};
// The update by rule number `rule`; one block a piece.
void launch_step(int rule, const StepLaunch& step);
// The memory traffic of a rule with two slots, and a kernel that does nothing.
void launch_probe(const StepLaunch& step);
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

void launch_activation_forward(const ActivationForward& op);
void launch_activation_backward(const ActivationBackward& op);
void launch_softmax_forward(const SoftmaxForward& op);
void launch_softmax_backward(const SoftmaxBackward& op);
void launch_add(const Add& op);
void launch_embedding_forward(const EmbeddingForward& op);
void launch_embedding_backward(const EmbeddingBackward& op);
void launch_dropout(const Dropout& op);
void launch_loss(const Loss& op);
void launch_batch_moments(const BatchMoments& op);
void launch_batch_norm_forward(const BatchNormForward& op);
void launch_batch_norm_backward(const BatchNormBackward& op);
void launch_batch_norm_update(const BatchNormUpdate& op);
void launch_layer_norm_forward(const LayerNormForward& op);
void launch_layer_norm_backward(const LayerNormBackward& op);
// dy *= f'(y), and dbias.
void launch_output_gradient(const DenseBackward& op);
void launch_product(const Product& product);

void launch_gather(const QueuedGather& op);
void launch_begin_step(const StepFeed& feed);
void launch_end_step(const StepFeed& feed);

}  // namespace thalweg::cuda
