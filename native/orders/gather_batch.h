// Batches on the CPU: rows over threads, elements over vector lanes.
#pragma once

#include "backends/cpu/lanes.h"
#include "orders/gather.h"

namespace thalweg {

void gather_batch(const data::Gather& gather, int threads, const Lanes& lanes = thalweg::lanes());

}  // namespace thalweg
