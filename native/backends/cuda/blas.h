// cuBLASLt, opened at run time: matrix products with a fused bias and relu.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "backends/cuda/blas_api.h"
#include "backends/product.h"

namespace thalweg::cuda {

class Blas {
 public:
  // For the current device. Null, with the reason in `why`, where the library is
  // absent or refuses. THALWEG_CUBLAS=0 turns it off, a path names another file.
  static std::unique_ptr<Blas> open(std::string* why);

  // Queues the product, its bias and, of activations, relu; true float32
  // throughout (no TF32). Callable from several threads.
  void run(const Product& product);
  static bool fuses(Activation activation) {
    return activation == Activation::kNone || activation == Activation::kRelu;
  }
  std::string name() const;

 private:
  struct Shape {
    int64_t m, n, k;
    bool transpose_a, transpose_b, bias;
    Activation activation;
    auto operator<=>(const Shape&) const = default;
  };

  Blas(const BlasApi& api, BlasHandle handle) : api_(api), handle_(handle) {}
  BlasAlgorithm algorithm(const Shape& shape, const BlasProblem& problem);

  BlasApi api_;
  BlasHandle handle_;  // of the library; lives as long as the process
  std::mutex mutex_;
  std::map<Shape, BlasAlgorithm> algorithms_;
};

}  // namespace thalweg::cuda
