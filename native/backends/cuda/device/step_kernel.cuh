// The update of an optimizer step on the GPU. A block takes one piece, and a thread takes 16 bytes
// of each array at a time.
#pragma once

#include <cuda_runtime.h>

#include "backends/average_loop.h"
#include "backends/cuda/device/global.cuh"
#include "backends/cuda/device/step_tables.h"
#include "backends/step_element.h"
#include "rules/rules.h"

namespace thalweg::cuda {

// A rule with the values of one step and tensor.
template <class Rule>
struct Update {
  typename Rule::Coefficients rule;
  float scale, clip, factor, ratio, l2, shrink, average_rate;
  bool coupled, decoupled;

  __device__ float operator()(float w, float gradient, float* state) const {
    const float g = prepare(w, gradient);
    if (decoupled) w = w - shrink * w;
    return updated<Rule>(rule, ratio, g, w, state);
  }
  // Returns the gradient that the rule sees.
  __device__ float prepare(float w, float gradient) const {
    const float g = prepare_gradient(gradient, scale, clip, factor);
    return coupled ? g + l2 * w : g;
  }
  __device__ float average(float before, float w) const {
    return average_rate == 1.0f ? w : averaged(before, w, average_rate);
  }
};

template <class Rule>
__device__ Update<Rule> read_update(const StepGroup& group, float factor) {
  const StepCoefficients& values = group.coefficients;
  Update<Rule> update;
  memcpy(&update.rule, values.rule, sizeof update.rule);
  update.scale = values.scale;
  update.clip = values.clip_value;
  update.factor = factor;
  update.l2 = values.l2;
  update.shrink = values.shrink;
  update.ratio = 1;
  update.average_rate = 0;
  update.coupled = is_coupled(group.decay);
  update.decoupled = group.decay == Decay::kDecoupled || group.decay == Decay::kBoth;
  return update;
}

// The addresses at which the arrays of a piece begin.
struct StepArrays {
  float* parameter;
  const float* gradient;
  float* slot[kMaxSlots];
  float* average;  // null: the average stays
};

template <int kSlots>
__device__ StepArrays arrays_at(const StepTensor& tensor, int64_t begin, bool averages) {
  StepArrays arrays = {tensor.parameter + begin,
                       tensor.gradient + begin,
                       {},
                       averages ? tensor.average + begin : nullptr};
  for (int i = 0; i < kSlots; ++i) arrays.slot[i] = tensor.slot[i] + begin;
  return arrays;
}

// Returns the number of elements before the first 16-byte border that all arrays share, or -1 where
// they share none.
template <int kSlots>
__device__ int shared_head(const StepArrays& arrays) {
  const auto phase = [](const float* at) { return reinterpret_cast<uintptr_t>(at) / 4 % 4; };
  const uintptr_t first = phase(arrays.parameter);
  bool shared = phase(arrays.gradient) == first;
  shared = shared && (arrays.average == nullptr || phase(arrays.average) == first);
  for (int i = 0; i < kSlots; ++i) shared = shared && phase(arrays.slot[i]) == first;
  return shared ? static_cast<int>((4 - first) % 4) : -1;
}

template <class Rule>
__device__ void update_one(const Update<Rule>& update, const StepArrays& arrays, int i) {
  constexpr int kSlots = static_cast<int>(Rule::kSlots.count);
  float state[kMaxSlots];
  for (int slot = 0; slot < kSlots; ++slot) state[slot] = load_global(arrays.slot[slot] + i);
  const float w =
      update(load_global(arrays.parameter + i), load_global(arrays.gradient + i), state);
  store_global(arrays.parameter + i, w);
  if (arrays.average != nullptr)
    store_global(arrays.average + i, update.average(load_global(arrays.average + i), w));
  for (int slot = 0; slot < kSlots; ++slot) store_global(arrays.slot[slot] + i, state[slot]);
}

__device__ inline float4 load4(const float* from) {
  return load_global(reinterpret_cast<const float4*>(from));
}
__device__ inline void store4(float* to, float4 value) {
  store_global(reinterpret_cast<float4*>(to), value);
}

// Updates four elements from i on, which is 16-byte aligned.
template <class Rule>
__device__ void update_four(const Update<Rule>& update, const StepArrays& arrays, int i) {
  constexpr int kSlots = static_cast<int>(Rule::kSlots.count);
  float4 w = load4(arrays.parameter + i);
  const float4 g = load4(arrays.gradient + i);
  float4 slots[kMaxSlots];
#pragma unroll
  for (int slot = 0; slot < kSlots; ++slot) slots[slot] = load4(arrays.slot[slot] + i);
  using Lane = float float4::*;
  const auto apply = [&](Lane lane) {
    float state[kMaxSlots];
    for (int slot = 0; slot < kSlots; ++slot) state[slot] = slots[slot].*lane;
    w.*lane = update(w.*lane, g.*lane, state);
    for (int slot = 0; slot < kSlots; ++slot) slots[slot].*lane = state[slot];
  };
  apply(&float4::x);
  apply(&float4::y);
  apply(&float4::z);
  apply(&float4::w);
  store4(arrays.parameter + i, w);
  if (arrays.average != nullptr) {
    float4 a = load4(arrays.average + i);
    a = {update.average(a.x, w.x), update.average(a.y, w.y), update.average(a.z, w.z),
         update.average(a.w, w.w)};
    store4(arrays.average + i, a);
  }
#pragma unroll
  for (int slot = 0; slot < kSlots; ++slot) store4(arrays.slot[slot] + i, slots[slot]);
}

// Five blocks per multiprocessor leave 48 registers per thread.
template <class Rule>
__global__ void __launch_bounds__(kStepThreads, 5)
    step_kernel(StepTables tables, const StepArguments* arguments, const int32_t* halted) {
  constexpr int kSlots = static_cast<int>(Rule::kSlots.count);
  const StepPiece piece = tables.pieces[blockIdx.x];  // loads at the same time as `halted`
  if (*halted != 0) return;
  const StepTensor& tensor = tables.tensors[piece.tensor];
  const float factor = tables.factors == nullptr ? 1.0f : tables.factors[piece.tensor];
  const float average_rate = arguments->policy.average_rate;
  Update<Rule> update = read_update<Rule>(group_of(arguments, tensor.group), factor);
  update.average_rate = average_rate;
  if constexpr (rules::TensorRule<Rule>) update.ratio = tables.ratios[piece.tensor];
  const StepArrays arrays = arrays_at<kSlots>(tensor, piece.begin, average_rate != 0);
  const int length = static_cast<int>(piece.length);
  const int shared = shared_head<kSlots>(arrays);
  const int head = shared < 0 || shared > length ? length : shared;
  const int tail = head + (length - head) / 4 * 4;
  for (int i = threadIdx.x; i < head; i += kStepThreads) update_one(update, arrays, i);
  for (int i = head + 4 * threadIdx.x; i < tail; i += 4 * kStepThreads)
    update_four(update, arrays, i);
  for (int i = tail + threadIdx.x; i < length; i += kStepThreads) update_one(update, arrays, i);
}

}  // namespace thalweg::cuda
