#include "backends/cpu/lanes.h"

namespace thalweg {

namespace baseline {
extern const Lanes kTable;
}
namespace avx2 {
extern const Lanes kTable;
}
namespace avx512 {
extern const Lanes kTable;
}

const Lanes* lanes_for(Isa isa) {
  switch (isa) {
#if defined(THALWEG_LANES_AVX512)
    case Isa::kAvx512:
      return &avx512::kTable;
    case Isa::kAvx2:
      return &avx2::kTable;
#endif
    case Isa::kBaseline:
      return &baseline::kTable;
    default:
      return nullptr;
  }
}

const Lanes& lanes() {
  static const Lanes& chosen = *lanes_for(selected_isa());
  return chosen;
}

}  // namespace thalweg
