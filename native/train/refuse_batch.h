// NONFINITE of a step, which says of which rows.
#pragma once

#include "core/error.h"
#include "train/batch_feed.h"

namespace thalweg {

// Throws the error with the rows of the step's batch, by their numbers in the data set; those whose
// own inputs or labels are not finite are named as such.
[[noreturn]] void refuse_batch(ErrorFields fields, const BatchSource& source, int64_t step);

}  // namespace thalweg
