// Matrix products behind the dense layers: by oneDNN where its plugin loads,
// else by lanes of our own.
#pragma once

#include <cstdint>
#include <string>

#include "ops/activation.h"

namespace thalweg {

// c [m, n] = f(a' b' + bias), row-major. a is [m, k], or [k, m] where transpose_a;
// b is [k, n], or [n, k] where transpose_b; bias [n] or null. c overlaps nothing.
struct Product {
  const float* a;
  const float* b;
  float* c;
  int64_t m, n, k;
  bool transpose_a = false;
  bool transpose_b = false;
  const float* bias = nullptr;
  Activation activation = Activation::kNone;
  float slope = 0;
};

class Products {
 public:
  virtual ~Products() = default;
  // Callable from several threads at once.
  virtual void run(const Product& product) = 0;
  // As device.explain() shows it.
  virtual std::string name() const = 0;
};

// oneDNN's, or null with the reason in `why`. THALWEG_ONEDNN=0 turns it off.
Products* onednn_products(std::string* why);

}  // namespace thalweg
