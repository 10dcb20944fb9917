#include "backends/cpu/lanes.h"

#define THALWEG_STRING_(x) #x
#define THALWEG_STRING(x) THALWEG_STRING_(x)

namespace thalweg::THALWEG_LANES {

StepFunction lane_step(int rule, Decay decay);
void lane_average(const StepSpan& span, float rate);
void lane_probe(const StepSpan& span);
double lane_square_sum(const float* gradient, int64_t length, float scale, float clip_value);
bool lane_finite(const float* gradient, int64_t length, float scale);
void lane_product(const RowProduct& p, int64_t first_row, int64_t last_row);
void lane_output_gradient(const OutputGradient& op, int64_t first, int64_t last);
void lane_activation_forward(const ActivationForward& op, int64_t first, int64_t last);
void lane_activation_backward(const ActivationBackward& op, int64_t first, int64_t last);
void lane_add(const Add& op, int64_t first, int64_t last);
void lane_dropout(const Dropout& op, int64_t first, int64_t last);
void lane_softmax_forward(const SoftmaxForward& op, int64_t first, int64_t last);
void lane_softmax_backward(const SoftmaxBackward& op, int64_t first, int64_t last);
void lane_loss(const Loss& op, int64_t first, int64_t last);
void lane_batch_moments(const BatchMoments& op, int64_t first, int64_t last);
void lane_batch_norm_forward(const BatchNormForward& op, int64_t first, int64_t last);
void lane_batch_norm_backward(const BatchNormBackward& op, int64_t first, int64_t last);
void lane_layer_norm_parameters(const LayerNormBackward& op, int64_t first, int64_t last);
void lane_layer_norm_forward(const LayerNormForward& op, int64_t first, int64_t last);
void lane_layer_norm_backward(const LayerNormBackward& op, int64_t first, int64_t last);
void lane_gather(const data::Gather& gather, int64_t first, int64_t last);
void lane_cipher32(const CipherRange& range, uint32_t* out);
void lane_cipher64(const CipherRange& range, uint64_t* out);
void lane_count_labels(const LabelRange& range, uint32_t* counts);
void lane_scatter32(const LabelRange& range, uint64_t* cursors, uint32_t* out);
void lane_scatter64(const LabelRange& range, uint64_t* cursors, uint64_t* out);
void lane_swap32(const SwapRange& range, uint32_t* values);
void lane_swap64(const SwapRange& range, uint64_t* values);
void lane_keys(const KeyRange& range, double* keys);
void lane_draws32(const DrawRange& range, uint32_t* out);
void lane_draws64(const DrawRange& range, uint64_t* out);

extern const Lanes kTable;
const Lanes kTable = {
    .name = THALWEG_STRING(THALWEG_LANES),
    .step = &lane_step,
    .average = &lane_average,
    .probe = &lane_probe,
    .square_sum = &lane_square_sum,
    .finite = &lane_finite,
    .product = &lane_product,
    .output_gradient = &lane_output_gradient,
    .activation_forward = &lane_activation_forward,
    .activation_backward = &lane_activation_backward,
    .add = &lane_add,
    .dropout = &lane_dropout,
    .softmax_forward = &lane_softmax_forward,
    .softmax_backward = &lane_softmax_backward,
    .loss = &lane_loss,
    .batch_moments = &lane_batch_moments,
    .batch_norm_forward = &lane_batch_norm_forward,
    .batch_norm_backward = &lane_batch_norm_backward,
    .layer_norm_parameters = &lane_layer_norm_parameters,
    .layer_norm_forward = &lane_layer_norm_forward,
    .layer_norm_backward = &lane_layer_norm_backward,
    .gather = &lane_gather,
    .shuffle = {.cipher32 = &lane_cipher32,
                .cipher64 = &lane_cipher64,
                .count_labels = &lane_count_labels,
                .scatter32 = &lane_scatter32,
                .scatter64 = &lane_scatter64,
                .swap32 = &lane_swap32,
                .swap64 = &lane_swap64},
    .sampling = {.keys = &lane_keys, .draws32 = &lane_draws32, .draws64 = &lane_draws64},
};

}  // namespace thalweg::THALWEG_LANES
