// Checks what a loss reads, before a run begins: every class must be below the number of outputs,
// and every target of a cross entropy must be a probability.
#pragma once

#include <cstdint>
#include <string>

#include "core/cancel.h"
#include "data/dataset.h"
#include "ops/loss.h"

namespace thalweg {

// Throws RANGE for the first row whose label the loss cannot read, and Aborted. Errors call the
// data set `name`. NaN passes, because the policy for numbers that are not finite decides about it.
void check_labels(const data::Dataset& dataset, LossKind loss, int64_t outputs,
                  const std::string& name, const CancelFlag* cancel);

}  // namespace thalweg
