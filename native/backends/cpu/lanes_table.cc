#include "backends/cpu/lanes.h"

#define THALWEG_STRING_(x) #x
#define THALWEG_STRING(x) THALWEG_STRING_(x)

namespace thalweg::THALWEG_LANES {

StepFunction lane_step(int rule, Decay decay);
double lane_square_sum(const float* gradient, int64_t length, float scale, float clip_value);

extern const Lanes kTable;
const Lanes kTable = {
    .name = THALWEG_STRING(THALWEG_LANES),
    .step = &lane_step,
    .square_sum = &lane_square_sum,
};

}  // namespace thalweg::THALWEG_LANES
