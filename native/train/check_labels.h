// The check of what a loss reads, before a run begins: every class is below the count
// of outputs, every target of a cross entropy a probability.
#pragma once

#include <cstdint>
#include <string>

#include "core/cancel.h"
#include "data/dataset.h"
#include "ops/loss.h"

namespace thalweg {

// Throws RANGE naming the first row whose label the loss cannot read, of the data set that
// is called `name`, and Aborted. NaN passes: what it does is the policy's to say.
void check_labels(const data::Dataset& dataset, LossKind loss, int64_t outputs,
                  const std::string& name, const CancelFlag* cancel);

}  // namespace thalweg
