// Gathers batches on the GPU. A warp takes segments of rows, computes which rows they are, and
// converts their features.
#include <algorithm>

#include "backends/cuda/device/element.cuh"
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
constexpr int64_t kEnoughWarps = 8192;  // so many warps keep a large GPU busy

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

// Returns true where every row begins at a multiple of four elements, so that threads may move four
// at a time.
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

// Copies a row's labels and weight. The calling thread is one of `lanes` threads that share the
// row.
__device__ void move_labels(const QueuedGather& op, uint64_t row, int64_t at, int lane, int lanes) {
  if (op.data.weights != nullptr && lane == 0) op.weights[at] = op.data.weights[row];
  if (op.data.label_type == LabelType::kSparse) {
    if (lane == 0) op.classes[at] = static_cast<const int32_t*>(op.data.labels)[row];
    return;
  }
  if (op.data.label_type == LabelType::kNone) return;
  const int64_t width = op.data.label_width;
  const float* from = static_cast<const float*>(op.data.labels) + row * width;
  for (int64_t i = lane; i < width; i += lanes) op.values[at * width + i] = from[i];
}

// A segment of a row: row `row` of the data from feature `begin` on, which goes to row `at` of the
// batch.
struct Item {
  uint64_t row = 0;
  int64_t at = 0, begin = 0;
};

__device__ Item item_at(const QueuedGather& op, int64_t index, int64_t segments) {
  const int64_t at = segments == 1 ? index : index / segments;
  return {row_at(*op.order, *op.first + at), at, (index - at * segments) * kSegment};
}

__device__ Item item_of_lane(const Item& own, int lane) {
  return {__shfl_sync(kAllLanes, own.row, lane), __shfl_sync(kAllLanes, own.at, lane),
          __shfl_sync(kAllLanes, own.begin, lane)};
}

__device__ void move_item(const QueuedGather& op, const Item& item, int lane) {
  const int64_t rest = op.data.features - item.begin;
  const int count = static_cast<int>(rest < kSegment ? rest : kSegment);
  const int64_t from = static_cast<int64_t>(item.row) * op.data.features + item.begin;
  float* to = op.inputs + item.at * op.data.features + item.begin;
  if (op.data.feature_type == FeatureType::kUint8)
    move_bytes(op.data, static_cast<const uint8_t*>(op.data.inputs) + from, to, count, lane);
  else
    move_floats(op.data, static_cast<const float*>(op.data.inputs) + from, to, count, lane);
  if (item.begin == 0) move_labels(op, item.row, item.at, lane, kWarp);
}

// How a gather is cut. Each warp moves `each` items, at most one per lane. Each lane computes the
// row of one item, so that a cipher runs once per item, not once per lane.
struct GatherGrid {
  int64_t segments, items;
  int each;
};

__global__ void __launch_bounds__(kBlockThreads) gather_kernel(QueuedGather op, GatherGrid grid) {
  const int64_t first = (int64_t{blockIdx.x} * kWarps + threadIdx.x / kWarp) * grid.each;
  if (first >= grid.items) return;
  const int lane = threadIdx.x % kWarp;
  const int64_t rest = grid.items - first;
  const int count = static_cast<int>(rest < grid.each ? rest : grid.each);
  const Item own = item_at(op, first + (lane < count ? lane : 0), grid.segments);
  for (int i = 0; i < count; ++i) move_item(op, item_of_lane(own, i), lane);
}

// Gathers with one thread per row, for rows that are too narrow for a warp.
__global__ void __launch_bounds__(kBlockThreads) narrow_gather_kernel(QueuedGather op) {
  const int64_t at = own_element();
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
    return launch_elements("gather", op.count, &narrow_gather_kernel, op);
  const int64_t segments = ceil_div(op.data.features, kSegment), items = op.count * segments;
  const int64_t each = std::clamp<int64_t>(items / kEnoughWarps, 1, kWarp);
  launch("gather", ceil_div(ceil_div(items, each), kWarps), kBlockThreads, &gather_kernel, op,
         GatherGrid{segments, items, static_cast<int>(each)});
}

}  // namespace thalweg::cuda
