// Adds the rows of the batch to a step's NONFINITE error.
#pragma once

#include "core/error.h"
#include "train/data/batch_feed.h"

namespace thalweg {

// Throws the error with the row numbers of the step's batch. Rows whose own inputs or labels are
// not finite are named as such.
[[noreturn]] void refuse_batch(ErrorFields fields, const BatchSource& source, int64_t step);

}  // namespace thalweg
