// The first pass of a rule that looks at whole tensors. It sums the squares of pieces in the order
// of the CPU, and computes each tensor's ratio from the sums.
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/device/step_kernel.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"
#include "backends/step_clip.h"

namespace thalweg::cuda {

namespace {

__device__ inline double fold_by_warp(double sum) {
  for (int width = kWarp / 2; width > 0; width /= 2) sum += __shfl_down_sync(kAllLanes, sum, width);
  return sum;
}

// A warp takes one piece, as in square_sum.cu.
template <class Rule>
__global__ void __launch_bounds__(kBlockThreads)
    tensor_sums_kernel(StepTables tables, const StepArguments* arguments, const int32_t* halted,
                       int64_t pieces, TensorSums* sums) {
  constexpr int kSlots = static_cast<int>(Rule::kSlots.count);
  const int64_t index = (int64_t{blockIdx.x} * kBlockThreads + threadIdx.x) / kWarp;
  if (index >= pieces || *halted != 0) return;
  const StepPiece piece = tables.pieces[index];
  const StepTensor& tensor = tables.tensors[piece.tensor];
  const float factor = tables.factors == nullptr ? 1.0f : tables.factors[piece.tensor];
  const Update<Rule> update = read_update<Rule>(group_of(arguments, tensor.group), factor);
  const StepArrays arrays = arrays_at<kSlots>(tensor, piece.begin, false);
  const int length = static_cast<int>(piece.length), lane = threadIdx.x % kWarp;
  double weights = 0, measured = 0;
#pragma unroll 4
  for (int i = lane; i < length; i += kWarp) {
    float state[kMaxSlots];
    for (int slot = 0; slot < kSlots; ++slot) state[slot] = load_global(arrays.slot[slot] + i);
    const float w = load_global(arrays.parameter + i);
    const float g = update.prepare(w, load_global(arrays.gradient + i));
    const double x = Rule::measured(g, Rule::direction(update.rule, g, w, state));
    weights = fma(double{w}, double{w}, weights);
    measured = fma(x, x, measured);
  }
  weights = fold_by_warp(weights);
  measured = fold_by_warp(measured);
  if (lane == 0) sums[index] = {weights, measured};
}

// A block takes one tensor. Its threads read `halted` only after the folds, because another block
// may set it while some wait at a barrier. Nothing reads the ratios of a halted step.
template <class Rule>
__global__ void __launch_bounds__(kBlockThreads)
    tensor_ratio_kernel(RatioTables tables, const StepTensor* tensors, StepPlace place) {
  const int64_t tensor = blockIdx.x, first = tables.first_piece[tensor];
  const int64_t count = tables.first_piece[tensor + 1] - first;
  const double weights =
      fold_by_block(count, [&](int64_t i) { return tables.sums[first + i].weight; });
  const double measured =
      fold_by_block(count, [&](int64_t i) { return tables.sums[first + i].measured; });
  if (threadIdx.x != 0 || *place.halted != 0) return;
  const Update<Rule> update =
      read_update<Rule>(group_of(place.arguments, tensors[tensor].group), 1.0f);
  tables.ratios[tensor] = rules::tensor_ratio<Rule>(update.rule, weights, measured);
  const StepPolicy& policy = place.arguments->policy;
  if (policy.refuses == 0 || square_root(weights) <= policy.weight_limit) return;
  *place.halted = 1;
  place.outcome->skipped = 1;
}

template <class Rule>
void launch_rule(const StepLaunch& step, const RatioTables& tables, int64_t tensors) {
  launch("tensor_sums", ceil_div(step.pieces, kBlockThreads / kWarp), kBlockThreads,
         &tensor_sums_kernel<Rule>, step.tables, step.place.arguments,
         static_cast<const int32_t*>(step.place.halted), step.pieces, tables.sums);
  launch("tensor_ratio", tensors, kBlockThreads, &tensor_ratio_kernel<Rule>, tables,
         step.tables.tensors, step.place);
}

using Launch = void (*)(const StepLaunch&, const RatioTables&, int64_t);

template <class Rule>
constexpr Launch launch_of() {
  if constexpr (rules::TensorRule<Rule>)
    return &launch_rule<Rule>;
  else
    return nullptr;
}

constexpr Launch kLaunch[] = {
#define THALWEG_RULE(Rule) launch_of<rules::Rule>(),
#include "rules/rules.def"
#undef THALWEG_RULE
};

}  // namespace

bool has_tensor_ratio(int rule) { return kLaunch[rule] != nullptr; }

void launch_tensor_ratios(int rule, const StepLaunch& step, const RatioTables& tables,
                          int64_t tensors) {
  kLaunch[rule](step, tables, tensors);
}

}  // namespace thalweg::cuda
