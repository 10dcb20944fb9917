#include "backends/cuda/emulation/blas_product.h"

#include "backends/cuda/emulation/chance.h"
#include "backends/cuda/emulation/cuda_runtime.h"

namespace emulation {

namespace {

// Returns element (i, j) of op(matrix).
float at(const float* matrix, const Layout& layout, bool transposed, uint64_t i, uint64_t j) {
  return matrix[transposed ? j + i * layout.leading : i + j * layout.leading];
}

// Returns element (i, j) of the product, summed over depths [begin, end) alone.
float product_of(const Product& product, uint64_t i, uint64_t j, uint64_t begin, uint64_t end) {
  double sum = 0;
  for (uint64_t k = begin; k < end; ++k)
    sum += static_cast<double>(at(product.a, product.a_layout, product.matmul.trans_a != 0, i, k)) *
           at(product.b, product.b_layout, product.matmul.trans_b != 0, k, j);
  return static_cast<float>(sum);
}

// Calls body(i, j) for each element of d.
template <class Body>
void each_element(const Product& product, Body body) {
  for (uint64_t j = 0; j < product.d_layout.columns; ++j)
    for (uint64_t i = 0; i < product.d_layout.rows; ++i) body(i, j);
}

void store(const Product& product, uint64_t i, uint64_t j, float value) {
  const bool biased = product.matmul.epilogue == thalweg::cuda::kBlasEpilogueBias;
  float& d = product.d[i + j * product.d_layout.leading];
  const float sum = product.adds ? value + d : value;
  d = biased ? sum + product.matmul.bias[i] : sum;
}

// Returns where the workspace keeps a part's sum for element (i, j).
float& part_of(const Product& product, uint64_t part, uint64_t i, uint64_t j) {
  return product.workspace[(part * product.d_layout.columns + j) * product.d_layout.rows + i];
}

void write_parts(const Product& product) {
  const uint64_t depth = product.depth();
  for (uint64_t part = 0; part < kSplits; ++part)
    each_element(product, [&](uint64_t i, uint64_t j) {
      part_of(product, part, i, j) =
          product_of(product, i, j, depth * part / kSplits, depth * (part + 1) / kSplits);
    });
}

// A reduction in place adds the parts in the order in which they end. Here that order is random.
void add_parts(const Product& product) {
  const uint64_t first = product.choice.is_in_place != 0 ? roll(kSplits) : 0;
  each_element(product, [&](uint64_t i, uint64_t j) {
    float sum = 0;
    for (uint64_t part = 0; part < kSplits; ++part)
      sum += part_of(product, (first + part) % kSplits, i, j);
    store(product, i, j, sum);
  });
}

}  // namespace

void queue_product(const Product& product, cudaStream_t stream) {
  if (product.choice.workspace == 0) {
    run(stream, [product] {
      each_element(product, [&](uint64_t i, uint64_t j) {
        store(product, i, j, product_of(product, i, j, 0, product.depth()));
      });
    });
    return;
  }
  run(stream, [product] { write_parts(product); });
  run(stream, [product] { add_parts(product); });
}

}  // namespace emulation
