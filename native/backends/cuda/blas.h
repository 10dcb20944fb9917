// cuBLASLt, opened at run time: matrix products with a fused bias.
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
  // For the current device. Null, with the reason in `why`, where the library is
  // absent or refuses. THALWEG_CUBLAS=0 turns it off, a path names another file;
  // THALWEG_TF32=1 allows products of 10 bits (TF32), which are off otherwise.
  static std::unique_ptr<Blas> open(std::string* why);

  // Queues the product with its bias, without its activation: the library's relu need not
  // keep NaN. False where the library has nothing for it. Callable from several threads.
  bool run(const Product& product);
  std::string name() const;

 private:
  struct Shape {
    int64_t m, n, k;
    bool transpose_a, transpose_b, bias;
    uint32_t alignment;  // bytes, of all operands
    auto operator<=>(const Shape&) const = default;
  };

  Blas(const BlasApi& api, BlasHandle handle, int compute)
      : api_(api), handle_(handle), compute_(compute) {}
  std::optional<BlasAlgorithm> algorithm(const Shape& shape, const BlasProblem& problem);

  BlasApi api_;
  BlasHandle handle_;  // of the library; lives as long as the process
  int compute_;        // kBlasCompute…
  std::mutex mutex_;
  std::map<Shape, std::optional<BlasAlgorithm>> algorithms_;
};

}  // namespace thalweg::cuda
