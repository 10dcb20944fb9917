#include "backends/cpu/cpu_backend.h"

#include <algorithm>
#include <vector>

#include "backends/check_classes.h"
#include "backends/cpu/column_sums.h"
#include "backends/cpu/parts.h"
#include "core/fold.h"

namespace thalweg {

namespace {

constexpr int64_t kProductRows = 16;  // rows of c that one part of a lane product covers

}  // namespace

CpuBackend::CpuBackend(const Lanes& lanes, Library library)
    : lanes_(lanes),
      without_onednn_("not asked for"),
      products_(library == Library::kOnednn ? onednn_products(&without_onednn_) : nullptr) {}

void CpuBackend::product(const Product& product) {
  if (product.m == 0 || product.n == 0) return;
  if (products_ == nullptr || product.k == 0) return lane_product(product);
  const ProductBlocks blocks(product.m, product.n, product.k);
  parallel_for(blocks.count(), thread_count(), Wake::kAtOnce,
               [&](int64_t block) { products_->run(product, blocks.at(block)); });
  if (product.activation == Activation::kNone) return;
  activation_forward(
      {product.activation, product.slope, product.c, product.c, product.m * product.n});
}

void CpuBackend::lane_product(const Product& p) {
  std::vector<float> transposed;
  const float* b = p.b;
  if (p.transpose_b) {
    transposed.resize(static_cast<size_t>(p.k) * p.n);
    for (int64_t j = 0; j < p.n; ++j)
      for (int64_t k = 0; k < p.k; ++k) transposed[k * p.n + j] = p.b[j * p.k + k];
    b = transposed.data();
  }
  const RowProduct rows{p.a, b, p.c, p.n, p.k, p.transpose_a ? 1 : p.k, p.transpose_a ? p.m : 1};
  const int64_t parts = ceil_div(p.m, kProductRows);
  parallel_for(parts, thread_count(), [&](int64_t part) {
    const int64_t first = part * kProductRows, last = std::min(p.m, first + kProductRows);
    lanes_.product(rows, first, last);
    if (p.bias == nullptr && p.activation == Activation::kNone) return;
    for (int64_t row = first; row < last; ++row)
      for (int64_t j = 0; p.bias != nullptr && j < p.n; ++j) p.c[row * p.n + j] += p.bias[j];
    lanes_.activation_forward({p.activation, p.slope, p.c, p.c, p.m * p.n}, first * p.n,
                              last * p.n);
  });
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
  std::string lanes = std::string("lanes (") + lanes_.name + ")";
  if (op == "dense_forward" || op == "dense_backward")
    return products_ != nullptr ? products_->name()
                                : lanes + ", without oneDNN: " + without_onednn_;
  return lanes;
}

}  // namespace thalweg
