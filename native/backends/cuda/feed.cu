// The first and the last kernel of a queued step. They read its arguments from shared memory and
// write its receipt there, so that the device never waits for the host.
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

__global__ void begin_step_kernel(StepFeed feed) {
  const uint64_t slot = *feed.counter % feed.slots;
  const auto* from =
      static_cast<const uint4*>(feed.argument_ring) + slot * (feed.argument_bytes / sizeof(uint4));
  auto* to = static_cast<uint4*>(feed.arguments);
  for (uint64_t i = threadIdx.x; i < feed.argument_bytes / sizeof(uint4); i += kWarp)
    to[i] = from[i];
}

// The ticket, t + 1, comes last, and tells the host that the receipt is complete.
__global__ void end_step_kernel(StepFeed feed) {
  const uint64_t t = *feed.counter;
  StepReceipt& receipt = feed.receipts[t % feed.slots];
  receipt.loss_sum = feed.loss->sum;
  receipt.correct = feed.loss->correct;
  receipt.gradient_norm = feed.place.outcome->norm;
  receipt.halted = *feed.place.halted;
  __threadfence_system();
  *static_cast<volatile uint64_t*>(&receipt.ticket) = t + 1;
  *feed.counter = t + 1;
}

}  // namespace

void launch_begin_step(const StepFeed& feed) {
  launch("begin_step", 1, kWarp, &begin_step_kernel, feed);
}
void launch_end_step(const StepFeed& feed) { launch("end_step", 1, 1, &end_step_kernel, feed); }

}  // namespace thalweg::cuda
