// The reference's functions, one for each op of ops.def. They are plain loops on one thread, in
// double where this makes them an oracle.
#pragma once

#define THALWEG_OP(name, Parameters)
#include "ops/ops.def"

namespace thalweg::reference {

#define THALWEG_OP(name, Parameters) void name(const Parameters& op);
#include "ops/ops.def"

}  // namespace thalweg::reference
