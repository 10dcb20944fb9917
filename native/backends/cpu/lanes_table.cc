#include "backends/cpu/lanes.h"

#define THALWEG_STRING_(x) #x
#define THALWEG_STRING(x) THALWEG_STRING_(x)

namespace thalweg::THALWEG_LANES {

StepFunction lane_step(int rule, Decay decay);
void lane_probe(const StepSpan& span);
double lane_square_sum(const float* gradient, int64_t length, float scale, float clip_value);
void lane_product(const RowProduct& p, int64_t first_row, int64_t last_row);
void lane_output_gradient(const OutputGradient& op, int64_t first, int64_t last);
void lane_dropout(const Dropout& op, int64_t first, int64_t last);

extern const Lanes kTable;
const Lanes kTable = {
    .name = THALWEG_STRING(THALWEG_LANES),
    .step = &lane_step,
    .probe = &lane_probe,
    .square_sum = &lane_square_sum,
    .product = &lane_product,
    .output_gradient = &lane_output_gradient,
    .dropout = &lane_dropout,
};

}  // namespace thalweg::THALWEG_LANES
