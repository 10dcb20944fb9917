#include <algorithm>
#include <vector>

#include "backends/cpu/column_sums.h"
#include "backends/cpu/ops.h"
#include "core/round.h"
#include "core/thread_buffer.h"
#include "core/threads.h"

namespace thalweg::cpu {

namespace {

void run_product(const Lanes& lanes, const Product& product) {
  if (product.m == 0 || product.n == 0) return;
  const ProductPlan plan = lanes.plan_product(product, thread_count());
  parallel_for(plan.parts, plan.threads, Wake::kAtOnce, [&](int64_t part) {
    lanes.product(product, plan, part, thread_buffer(plan.packed_a + plan.packed_b));
  });
  const Activation activation = product.activation;
  if (activation == Activation::kNone || activation == Activation::kRelu) return;  // fused
  activation_forward(lanes,
                     {activation, product.slope, product.c, product.c, product.m * product.n});
}

// Threads divide the columns among them, and also the rows where these make several chunks.
void output_gradient(const Lanes& lanes, const DenseBackward& op) {
  Activation activation = op.activation;
  if (!derivative_from_output(activation)) {
    activation_backward(
        lanes, {activation, op.slope, op.before, op.y, op.dy, op.dy, op.rows * op.outputs});
    activation = Activation::kNone;
  }
  if (op.dbias == nullptr && activation == Activation::kNone) return;
  const int64_t parts = ceil_div(op.outputs, kSummedColumns), chunks = column_chunks(op.rows);
  std::vector<double> sums(chunks * op.outputs);
  parallel_for(chunks * parts, thread_count(), [&](int64_t index) {
    const int64_t chunk = index / parts, first = index % parts * kSummedColumns;
    const int64_t row = chunk * kColumnChunk, at = row * op.outputs;
    lanes.output_gradient(
        {activation, op.slope, op.y + at, op.dy + at, sums.data() + chunk * op.outputs,
         std::min(kColumnChunk, op.rows - row), op.outputs},
        first, std::min(op.outputs, first + kSummedColumns));
  });
  for (int64_t first = 0; op.dbias != nullptr && first < op.outputs; first += kSummedColumns) {
    double totals[kSummedColumns];
    const int64_t width = std::min(kSummedColumns, op.outputs - first);
    chunk_sums(0, chunks, width, totals,
               [&](int64_t chunk, int64_t i) { return sums[chunk * op.outputs + first + i]; });
    for (int64_t i = 0; i < width; ++i) op.dbias[first + i] = static_cast<float>(totals[i]);
  }
}

}  // namespace

void dense_forward(const Lanes& lanes, const DenseForward& op) {
  run_product(lanes, forward_product(op));
  if (op.before != nullptr)
    activation_forward(lanes, {op.activation, op.slope, op.before, op.y, op.rows * op.outputs});
}

void dense_backward(const Lanes& lanes, const DenseBackward& op) {
  output_gradient(lanes, op);
  if (op.dweight != nullptr) run_product(lanes, weight_gradient(op));
  if (op.dx != nullptr) run_product(lanes, input_gradient(op));
}

}  // namespace thalweg::cpu
