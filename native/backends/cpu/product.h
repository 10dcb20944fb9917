// A library that computes matrix products on the processor. It is oneDNN where its plugin loads.
#pragma once

#include <string>

#include "backends/cpu/product_blocks.h"
#include "backends/product.h"

namespace thalweg {

class Products {
 public:
  virtual ~Products() = default;
  // Computes one block of a product with its bias, on the calling thread. The caller applies the
  // activation, because a library's activation may differ in bits or drop NaN, as oneDNN's relu
  // does. Several threads may call this at once.
  virtual void run(const Product& product, const ProductBlock& block) = 0;
  // device.explain() shows this name.
  virtual std::string name() const = 0;
};

// Returns oneDNN's products, or null with the reason in `why`. THALWEG_ONEDNN=0 turns oneDNN off.
Products* onednn_products(std::string* why);

}  // namespace thalweg
