// Dropout on the GPU. A thread draws the four random words of one counter, whose elements stand 16
// apart.
#include "backends/cuda/device/element.cuh"
#include "backends/cuda/kernels.h"

namespace thalweg::cuda {

namespace {

__global__ void __launch_bounds__(kBlockThreads) dropout_kernel(Dropout op) {
  const int64_t counter = own_element();
  const int64_t first = counter / kBlockCounters * kBlockWords + counter % kBlockCounters;
  if (first >= op.length) return;
  const DropoutDraw draw = *op.draw;
  const PhiloxWords words = random_words(draw.stream, static_cast<uint64_t>(counter));
#pragma unroll
  for (int word = 0; word < 4; ++word) {
    const int64_t i = first + word * kBlockCounters;
    if (i < op.length)
      op.y[i] = uniform_float(words.word[word]) >= draw.rate ? op.x[i] * draw.scale : 0.0f;
  }
}

}  // namespace

void launch_dropout(const Dropout& op) {
  const int64_t counters = ceil_div(op.length, kBlockWords) * kBlockCounters;
  launch_elements("dropout", counters, &dropout_kernel, op);
}

}  // namespace thalweg::cuda
