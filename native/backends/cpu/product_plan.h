// The way in which a product is cut. It changes no bits, so it may depend on threads and caches.
#pragma once

#include <cstdint>

namespace thalweg {

struct ProductPlan {
  int64_t rows = 1;        // a part's rows of c
  int64_t columns = 1;     // a part's columns of c
  int64_t depth = 1;       // steps of k in a block
  int log_vectors = 0;     // logarithm of the vectors of a tile
  bool packs_a = false;    // each part copies its block of a, tile by tile
  bool packs_b = false;    // each part copies its block of b, panel by panel
  int threads = 1;         // a short product is done by one
  int64_t row_groups = 1;  // parts of a column of c
  int64_t parts = 0;
  int64_t packed_a = 0, packed_b = 0;  // floats that a part needs for its copies
};

}  // namespace thalweg
