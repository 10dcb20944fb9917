// The bytes of a vector register of the instruction set that a file of lanes is compiled for.
#pragma once

#include "core/macros.h"

namespace thalweg {
inline namespace THALWEG_LANES {

#if defined(__AVX512F__)
inline constexpr int kVectorBytes = 64;
#elif defined(__AVX2__)
inline constexpr int kVectorBytes = 32;
#else
inline constexpr int kVectorBytes = 16;
#endif

}  // namespace THALWEG_LANES
}  // namespace thalweg
