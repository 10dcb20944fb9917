// Who runs matrix products on the processor: oneDNN where its plugin loads, else
// lanes of our own.
#pragma once

#include <string>

#include "backends/cpu/product_blocks.h"
#include "backends/product.h"

namespace thalweg {

class Products {
 public:
  virtual ~Products() = default;
  // One block of a product with its bias, without its activation: a library's have bits of their
  // own, and some drop NaN (oneDNN's relu is a maximum with 0). Callable from several threads at
  // once; computes on the calling thread alone.
  virtual void run(const Product& product, const ProductBlock& block) = 0;
  // device.explain() shows this name.
  virtual std::string name() const = 0;
};

// oneDNN's, or null with the reason in `why`. THALWEG_ONEDNN=0 turns it off.
Products* onednn_products(std::string* why);

}  // namespace thalweg
