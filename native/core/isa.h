// Which instruction set the vector lanes use. Chosen once per process:
// the best the processor has, or THALWEG_ISA=baseline|avx2|avx512.
#pragma once

#include <string_view>

namespace thalweg {

enum class Isa { kBaseline, kAvx2, kAvx512 };

std::string_view isa_name(Isa isa);

// The best instruction set that this processor has.
Isa detect_isa();

// detect_isa(), lowered by what THALWEG_ISA says at the first call. Throws UNSUPPORTED when the
// variable names a set that the processor lacks, RANGE when it names none.
Isa selected_isa();

}  // namespace thalweg
