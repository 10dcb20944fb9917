// Computes the products of the emulated cuBLASLt, after its calls have been checked.
#pragma once

#include <cstdint>
#include <limits>

#include "backends/cuda/blas_api.h"
#include "backends/cuda/emulation/cuda_runtime_api.h"

namespace emulation {

// A product of at least this depth is split into kSplits parts, where a workspace can hold their
// sums.
inline constexpr uint64_t kSplitDepth = 64, kSplits = 4;

struct Matmul {
  int32_t trans_a = 0;
  int32_t trans_b = 0;
  int32_t epilogue = thalweg::cuda::kBlasEpilogueDefault;
  const float* bias = nullptr;
};

struct Layout {
  uint64_t rows, columns;
  int64_t leading;

  uint64_t bytes() const { return ((columns - 1) * leading + rows) * sizeof(float); }
  bool is_empty() const { return rows == 0 || columns == 0; }
  bool fits_32_bits() const {
    constexpr uint64_t most = std::numeric_limits<int32_t>::max();
    return rows <= most && columns <= most && static_cast<uint64_t>(leading) <= most;
  }
};

// BlasAlgorithm::data holds this.
struct Choice {
  uint64_t magic, alignment, workspace, is_in_place;
};

struct Product {
  Matmul matmul;
  Layout a_layout, b_layout, d_layout;
  const float *a, *b;
  float *d, *workspace;
  Choice choice;
  bool adds;  // to d

  uint64_t depth() const { return matmul.trans_a != 0 ? a_layout.rows : a_layout.columns; }
};

// Queues the product. A product that is split becomes two kernels, because cuBLASLt may queue
// several.
void queue_product(const Product& product, cudaStream_t stream);

}  // namespace emulation
