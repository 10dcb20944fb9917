#include "backends/cpu/step_passes.h"

#include <atomic>

#include "backends/host_step.h"
#include "backends/step_pieces.h"
#include "core/threads.h"

namespace thalweg {

namespace {

// With fewer parts (of 4096 parameters) per thread, waking a second thread costs more than it
// saves.
constexpr int64_t kPartsPerThread = 4;
// A thread needs more parts where it only checks that gradients are finite, which is cheaper.
constexpr int64_t kFinitePartsPerThread = 16;

int threads_for(int64_t parts, int64_t parts_per_thread = kPartsPerThread) {
  const int64_t useful = parts / parts_per_thread;
  return static_cast<int>(useful < thread_count() ? useful : thread_count());
}

int64_t part_count(const StepWork& work) { return static_cast<int64_t>(work.parts->size()) - 1; }

}  // namespace

StepFunction host_step(int rule, Decay decay) { return lanes().step(rule, decay); }
TensorSumsFunction host_tensor_sums(int rule, Decay decay) {
  return lanes().tensor_sums(rule, decay);
}

namespace cpu {

int step_threads(int64_t parts) { return threads_for(parts); }

void square_sums(const Lanes& lanes, const StepWork& work, double* sums) {
  parallel_for(part_count(work), threads_for(part_count(work)),
               [&](int64_t part) { square_sum_part(work, part, lanes.square_sum, sums); });
}

bool all_within(const Lanes& lanes, const StepWork& work, MagnitudeCheck check) {
  const int64_t parts = part_count(work);
  std::atomic<bool> within{true};
  parallel_for(parts, threads_for(parts, kFinitePartsPerThread), [&](int64_t part) {
    if (!part_within(work, part, check, lanes.finite))
      within.store(false, std::memory_order_relaxed);
  });
  return within.load(std::memory_order_relaxed);
}

void tensor_sums(const Lanes& lanes, const StepWork& work, TensorSums* sums) {
  parallel_for(part_count(work), threads_for(part_count(work)),
               [&](int64_t part) { tensor_sums_part(work, part, lanes.tensor_sums, sums); });
}

void step(const Lanes& lanes, const StepWork& work) {
  parallel_for(part_count(work), threads_for(part_count(work)),
               [&](int64_t part) { step_part(work, part, lanes.step, lanes.average); });
}

}  // namespace cpu

}  // namespace thalweg
