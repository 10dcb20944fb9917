// Batches on the GPU: a warp takes a segment of a row, finds which row it is by
// the index function itself, and converts.
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/kernels.h"
#include "backends/cuda/launch.h"

namespace thalweg::cuda {

namespace {

using data::FeatureType;
using data::LabelType;

constexpr int64_t kSegment = 4096;  // elements of a row that one warp moves
constexpr int64_t kNarrow = 8;      // elements of a row that one thread moves
constexpr int kWarps = kBlockThreads / kWarp;

__device__ uint64_t row_at(const RowOrder& order, uint64_t position) {
  switch (order.kind) {
    case RowOrder::Kind::kList:
      return order.list[position];
    case RowOrder::Kind::kCipher:
      return cipher_index(order.cipher, position);
    default:
      return position;
  }
}

__device__ float convert(uint8_t value, const ResidentData& data) {
  return static_cast<float>(value) * data.scale + data.offset;
}

// Both rows 4-element aligned and `count` a multiple of 4: whole words at a time.
__device__ bool whole_words(const ResidentData& data) { return data.features % 4 == 0; }

__device__ void move_bytes(const ResidentData& data, const uint8_t* from, float* to, int count,
                           int lane) {
  if (!whole_words(data)) {
    for (int i = lane; i < count; i += kWarp) to[i] = convert(from[i], data);
    return;
  }
#pragma unroll 4
  for (int i = 4 * lane; i < count; i += 4 * kWarp) {
    const uchar4 raw = *reinterpret_cast<const uchar4*>(from + i);
    *reinterpret_cast<float4*>(to + i) = make_float4(convert(raw.x, data), convert(raw.y, data),
                                                     convert(raw.z, data), convert(raw.w, data));
  }
}

__device__ void move_floats(const ResidentData& data, const float* from, float* to, int count,
                            int lane) {
  if (!whole_words(data)) {
    for (int i = lane; i < count; i += kWarp) to[i] = from[i];
    return;
  }
#pragma unroll 4
  for (int i = 4 * lane; i < count; i += 4 * kWarp)
    *reinterpret_cast<float4*>(to + i) = *reinterpret_cast<const float4*>(from + i);
}

// As one of `lanes` threads that share the row.
__device__ void move_labels(const QueuedGather& op, uint64_t row, int64_t at, int lane, int lanes) {
  if (op.data.label_type == LabelType::kSparse) {
    if (lane == 0) op.classes[at] = static_cast<const int32_t*>(op.data.labels)[row];
    return;
  }
  if (op.data.label_type == LabelType::kNone) return;
  const int64_t width = op.data.label_width;
  const float* from = static_cast<const float*>(op.data.labels) + row * width;
  for (int64_t i = lane; i < width; i += lanes) op.values[at * width + i] = from[i];
}

__global__ void __launch_bounds__(kBlockThreads) gather_kernel(QueuedGather op, int64_t segments) {
  const int64_t warp = int64_t{blockIdx.x} * kWarps + threadIdx.x / kWarp;
  const int64_t at = warp / segments, begin = warp % segments * kSegment;
  if (at >= op.count) return;
  const int lane = threadIdx.x % kWarp;
  const uint64_t row = row_at(*op.order, *op.first + at);
  const int64_t rest = op.data.features - begin;
  const int count = static_cast<int>(rest < kSegment ? rest : kSegment);
  const int64_t from = static_cast<int64_t>(row) * op.data.features + begin;
  float* to = op.inputs + at * op.data.features + begin;
  if (op.data.feature_type == FeatureType::kUint8)
    move_bytes(op.data, static_cast<const uint8_t*>(op.data.inputs) + from, to, count, lane);
  else
    move_floats(op.data, static_cast<const float*>(op.data.inputs) + from, to, count, lane);
  if (begin == 0) move_labels(op, row, at, lane, kWarp);
}

// The same with a thread a row, for rows of which a warp would be too much.
__global__ void __launch_bounds__(kBlockThreads) narrow_gather_kernel(QueuedGather op) {
  const int64_t at = int64_t{blockIdx.x} * kBlockThreads + threadIdx.x;
  if (at >= op.count) return;
  const uint64_t row = row_at(*op.order, *op.first + at);
  const int64_t features = op.data.features, from = static_cast<int64_t>(row) * features;
  float* to = op.inputs + at * features;
  if (op.data.feature_type == FeatureType::kUint8)
    for (int i = 0; i < features; ++i)
      to[i] = convert(static_cast<const uint8_t*>(op.data.inputs)[from + i], op.data);
  else
    for (int i = 0; i < features; ++i) to[i] = static_cast<const float*>(op.data.inputs)[from + i];
  move_labels(op, row, at, 0, 1);
}

}  // namespace

void launch_gather(const QueuedGather& op) {
  if (op.data.features <= kNarrow && op.data.label_width <= kNarrow)
    return launch("gather", ceil_div(op.count, kBlockThreads), kBlockThreads, &narrow_gather_kernel,
                  op);
  const int64_t segments = ceil_div(op.data.features, kSegment);
  launch("gather", ceil_div(op.count * segments, kWarps), kBlockThreads, &gather_kernel, op,
         segments);
}

}  // namespace thalweg::cuda
