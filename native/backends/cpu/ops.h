// The processor's functions, one for each op of ops.def. They run lanes over threads.
#pragma once

#include "backends/cpu/lanes.h"

namespace thalweg::cpu {

#define THALWEG_OP(name, Parameters) void name(const Lanes& lanes, const Parameters& op);
#include "ops/ops.def"

}  // namespace thalweg::cpu
