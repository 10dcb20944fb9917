#include "core/isa.h"

#include <cstdlib>
#include <string>

#include "core/error.h"

namespace thalweg {

std::string_view isa_name(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx2:
      return "avx2";
    default:
      return "baseline";
  }
}

Isa detect_isa() {
#if defined(THALWEG_LANES_AVX512)
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
    return Isa::kAvx512;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return Isa::kAvx2;
#endif
  return Isa::kBaseline;
}

static Isa parse_isa(const std::string& name) {
  for (Isa isa : {Isa::kBaseline, Isa::kAvx2, Isa::kAvx512})
    if (name == isa_name(isa)) return isa;
  throw Error({ErrorCode::kRange, "THALWEG_ISA", name, "baseline, avx2 or avx512", "unset it"});
}

static Isa select_isa() {
  const char* forced = std::getenv("THALWEG_ISA");
  const Isa best = detect_isa();
  if (forced == nullptr || *forced == '\0') return best;
  const Isa isa = parse_isa(forced);
  if (isa > best)
    throw Error(
        {ErrorCode::kUnsupported, "THALWEG_ISA", forced,
         "an instruction set of this processor (at most " + std::string(isa_name(best)) + ")",
         "unset it"});
  return isa;
}

Isa selected_isa() {
  static const Isa selected = select_isa();
  return selected;
}

}  // namespace thalweg
