#include "backends/cpu/cpu_backend.h"

#include <algorithm>
#include <vector>

#include "core/threads.h"

namespace thalweg {

namespace {

constexpr int64_t kProductRows = 16;      // rows of c a part of a lane product covers
constexpr int64_t kDropoutLength = 8192;  // elements a part covers

int64_t ceil_div(int64_t a, int64_t b) { return (a + b - 1) / b; }

}  // namespace

CpuBackend::CpuBackend(const Lanes& lanes)
    : lanes_(lanes), products_(onednn_products(&without_onednn_)) {}

void CpuBackend::product(const Product& product) {
  if (product.m == 0 || product.n == 0) return;
  if (products_ != nullptr && product.k > 0) return products_->run(product);
  lane_product(product);
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
    float* c = p.c + first * p.n;
    ReferenceBackend::activation_forward({p.activation, p.slope, c, c, (last - first) * p.n});
  });
}

void CpuBackend::dense_forward(const DenseForward& op) {
  Product forward{.a = op.x,
                  .b = op.weight,
                  .c = op.y,
                  .m = op.rows,
                  .n = op.outputs,
                  .k = op.inputs,
                  .bias = op.bias,
                  .slope = op.slope};
  if (op.before != nullptr) {
    forward.c = op.before;
    product(forward);
    activation_forward({op.activation, op.slope, op.before, op.y, op.rows * op.outputs});
    return;
  }
  forward.activation = op.activation;
  product(forward);
}

void CpuBackend::dense_backward(const DenseBackward& op) {
  Activation activation = op.activation;
  if (!derivative_from_output(activation)) {
    activation_backward(
        {activation, op.slope, op.before, op.y, op.dy, op.dy, op.rows * op.outputs});
    activation = Activation::kNone;
  }
  const OutputGradient gradient{activation, op.slope, op.y, op.dy, op.dbias, op.rows, op.outputs};
  const int64_t parts = ceil_div(op.outputs, kBiasColumns);
  parallel_for(parts, thread_count(), [&](int64_t part) {
    const int64_t first = part * kBiasColumns;
    lanes_.output_gradient(gradient, first, std::min(op.outputs, first + kBiasColumns));
  });
  product({.a = op.x,
           .b = op.dy,
           .c = op.dweight,
           .m = op.inputs,
           .n = op.outputs,
           .k = op.rows,
           .transpose_a = true});
  if (op.dx != nullptr)
    product({.a = op.dy,
             .b = op.weight,
             .c = op.dx,
             .m = op.rows,
             .n = op.inputs,
             .k = op.outputs,
             .transpose_b = true});
}

void CpuBackend::dropout(const Dropout& op) {
  parallel_for(ceil_div(op.length, kDropoutLength), thread_count(), [&](int64_t part) {
    const int64_t first = part * kDropoutLength;
    lanes_.dropout(op, first, std::min(op.length, first + kDropoutLength));
  });
}

std::string CpuBackend::twin(std::string_view op) const {
  std::string lanes = std::string("lanes (") + lanes_.name + ")";
  if (op == "dense_forward" || op == "dense_backward")
    return products_ != nullptr ? products_->name()
                                : lanes + ", without oneDNN: " + without_onednn_;
  if (op == "step" || op == "square_sums" || op == "dropout") return lanes;
  return ReferenceBackend::twin(op);
}

}  // namespace thalweg
