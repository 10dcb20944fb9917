#include "backends/cpu/cpu_backend.h"

#include <algorithm>
#include <vector>

#include "backends/check_classes.h"
#include "backends/cpu/column_sums.h"
#include "backends/cpu/parts.h"
#include "core/fold.h"
#include "core/thread_buffer.h"

namespace thalweg {

void CpuBackend::product(const Product& product) {
  if (product.m == 0 || product.n == 0) return;
  const ProductPlan plan = lanes_.plan_product(product, thread_count());
  parallel_for(plan.pieces, plan.threads, Wake::kAtOnce, [&](int64_t piece) {
    lanes_.product(product, plan, piece, thread_buffer(plan.packed_a + plan.packed_b));
  });
  const Activation activation = product.activation;
  if (activation == Activation::kNone || activation == Activation::kRelu) return;  // fused
  activation_forward({activation, product.slope, product.c, product.c, product.m * product.n});
}

void CpuBackend::dense_forward(const DenseForward& op) {
  product(forward_product(op));
  if (op.before != nullptr)
    activation_forward({op.activation, op.slope, op.before, op.y, op.rows * op.outputs});
}

// Threads divide the columns among them, and also the rows where these make several chunks.
void CpuBackend::output_gradient(const DenseBackward& op) {
  Activation activation = op.activation;
  if (!derivative_from_output(activation)) {
    activation_backward(
        {activation, op.slope, op.before, op.y, op.dy, op.dy, op.rows * op.outputs});
    activation = Activation::kNone;
  }
  if (op.dbias == nullptr && activation == Activation::kNone) return;
  const int64_t parts = ceil_div(op.outputs, kSummedColumns), chunks = column_chunks(op.rows);
  std::vector<double> sums(chunks * op.outputs);
  parallel_for(chunks * parts, thread_count(), [&](int64_t index) {
    const int64_t chunk = index / parts, first = index % parts * kSummedColumns;
    const int64_t row = chunk * kColumnChunk, at = row * op.outputs;
    lanes_.output_gradient(
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

void CpuBackend::dense_backward(const DenseBackward& op) {
  output_gradient(op);
  if (op.dweight != nullptr) product(weight_gradient(op));
  if (op.dx != nullptr) product(input_gradient(op));
}

// These ops run their lanes on parts, over all threads.
#define THALWEG_OP(name, Parameters)
#define THALWEG_CUT(name, Parameters, cut, ...)                                           \
  void CpuBackend::name(const Parameters& op) {                                           \
    cut(__VA_ARGS__, [&](int64_t first, int64_t last) { lanes_.name(op, first, last); }); \
  }
#define THALWEG_ELEMENT_OP(name, Parameters) THALWEG_CUT(name, Parameters, for_elements, op.length)
#define THALWEG_ROW_OP(name, Parameters) \
  THALWEG_CUT(name, Parameters, for_rows, op.rows, op.columns)
#define THALWEG_COLUMN_OP(name, Parameters) THALWEG_CUT(name, Parameters, for_columns, op.columns)
#include "ops/ops.def"
#undef THALWEG_CUT

void CpuBackend::loss(const Loss& op) {
  check_classes(op);
  for_rows(op.rows, op.columns, [&](int64_t first, int64_t last) { lanes_.loss(op, first, last); });
  *op.result = {.sum = fold(op.rows, [&](int64_t row) { return op.row_losses[row]; })};
  for (int64_t row = 0; row < op.rows; ++row) op.result->correct += op.row_correct[row];
}

std::string CpuBackend::implementation(std::string_view op) const {
  const std::string lanes = std::string("lanes (") + lanes_.name + ")";
  const bool is_product = op == "dense_forward" || op == "dense_backward";
  return is_product && !lanes_.has_multiply_add ? lanes + ", fused multiply-adds in software"
                                                : lanes;
}

}  // namespace thalweg
