// The instruction set of the vector lanes. It is chosen once per process: the best one that the
// processor has, or THALWEG_ISA=baseline|avx2|avx512.
#pragma once

#include <string_view>

namespace thalweg {

enum class Isa { kBaseline, kAvx2, kAvx512 };

std::string_view isa_name(Isa isa);

// Returns the best instruction set that this processor has.
Isa detect_isa();

// Returns the set that THALWEG_ISA names at the first call, or else detect_isa(). Throws
// UNSUPPORTED for a set that the processor lacks, and RANGE for an unknown name.
Isa selected_isa();

}  // namespace thalweg
