// Copies of some columns between matrices of different widths, for the groups of a convolution.
#pragma once

#include <cstdint>

#include "ops/fields.h"

namespace thalweg {

// Copies [rows, columns]. `from` and `to` are the first elements of it within matrices whose rows
// have from_width and to_width elements.
struct CopyColumns {
  const float* from;
  float* to;
  int64_t rows, columns;
  int64_t from_width, to_width;
};
THALWEG_FIELDS(CopyColumns, from, to, rows, columns, from_width, to_width)

}  // namespace thalweg
