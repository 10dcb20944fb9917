#include "backends/cpu/lanes.h"

#define THALWEG_STRING_(x) #x
#define THALWEG_STRING(x) THALWEG_STRING_(x)

namespace thalweg::THALWEG_LANES {

extern const Lanes kTable;
const Lanes kTable = {
    .name = THALWEG_STRING(THALWEG_LANES),
};

}  // namespace thalweg::THALWEG_LANES
