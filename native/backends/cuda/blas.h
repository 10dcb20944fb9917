// Opens cuBLASLt at run time and computes matrix products with a fused bias.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "backends/cuda/blas_api.h"
#include "backends/product.h"

namespace thalweg::cuda {

class Blas {
 public:
  // Opens the library for the current device. Returns null, with the reason in `why`, where it is
  // absent or does not start. THALWEG_CUBLAS=0 turns it off, and a path names another file.
  // THALWEG_TF32=1 allows TF32 products, which round factors to 10 bits.
  static std::unique_ptr<Blas> open(std::string* why);

  // Queues the product with its bias, without its activation, because the library's relu may drop
  // NaN. Returns false where the library has no algorithm for the product. Several threads may call
  // this at once.
  bool run(const Product& product);
  std::string name() const;

 private:
  struct Shape {
    int64_t m, n, k;
    bool transpose_a, transpose_b, bias;
    uint32_t alignment;  // in bytes; every operand has it
    auto operator<=>(const Shape&) const = default;
  };

  Blas(const BlasApi& api, BlasHandle handle, int compute)
      : api_(api), handle_(handle), compute_(compute) {}
  std::optional<BlasAlgorithm> algorithm(const Shape& shape, const BlasProblem& problem);

  BlasApi api_;
  BlasHandle handle_;  // the library's handle, which is never destroyed
  int compute_;        // kBlasCompute32F or kBlasComputeTf32
  std::mutex mutex_;
  std::map<Shape, std::optional<BlasAlgorithm>> algorithms_;
};

}  // namespace thalweg::cuda
