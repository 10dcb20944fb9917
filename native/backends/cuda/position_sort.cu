// Sorts positions by eight bits of their row at a time, from the lowest bits on. Atomics add only
// integers, so the result does not depend on their order.
#include "backends/cuda/device/reduce.cuh"
#include "backends/cuda/launch.h"
#include "backends/cuda/position_sort.h"
#include "ops/scratch.h"

namespace thalweg::cuda {

namespace {

static_assert(kSortDigits == kBlockThreads && kSortTiles == kBlockThreads);
constexpr int kSortWarps = kBlockThreads / kWarp;

// One pass of the sort. A null `from` stands for the positions 0, 1, 2, …
struct SortPass {
  const float* rows;  // [count], the row of each position
  const uint32_t* from;
  uint32_t* to;
  uint32_t* counts;  // [kSortDigits][kSortTiles]; later the sums of the tiles before
  uint32_t* totals;  // [kSortDigits]
  int64_t count;
  int64_t tile;  // positions of a warp's tile, a multiple of its threads
  int shift;

  __device__ uint32_t position(int64_t i) const {
    return from == nullptr ? static_cast<uint32_t>(i) : from[i];
  }
  __device__ int digit(uint32_t position) const {
    return static_cast<int>(static_cast<int64_t>(rows[position]) >> shift & (kSortDigits - 1));
  }
};

// Counts how many positions of each tile have each digit.
__global__ void __launch_bounds__(kBlockThreads) count_digits_kernel(SortPass pass) {
  __shared__ uint32_t counts[kSortWarps][kSortDigits];
  for (int warp = 0; warp < kSortWarps; ++warp) counts[warp][threadIdx.x] = 0;
  __syncthreads();
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const int64_t tile = int64_t{blockIdx.x} * kSortWarps + warp;
  const int64_t first = tile * pass.tile;
  for (int64_t i = first + lane; i < first + pass.tile && i < pass.count; i += kWarp)
    atomicAdd(&counts[warp][pass.digit(pass.position(i))], 1u);
  __syncthreads();
  for (int w = 0; w < kSortWarps; ++w)
    pass.counts[threadIdx.x * kSortTiles + blockIdx.x * kSortWarps + w] = counts[w][threadIdx.x];
}

// Returns the sum of the values of all threads before this one. `total` gets the sum of all. The
// whole block must call it.
__device__ uint32_t sum_before(uint32_t own, uint32_t* total) {
  __shared__ uint32_t sums[kBlockThreads];
  sums[threadIdx.x] = own;
  for (unsigned distance = 1; distance < kBlockThreads; distance *= 2) {
    __syncthreads();
    const uint32_t before = threadIdx.x >= distance ? sums[threadIdx.x - distance] : 0;
    __syncthreads();
    sums[threadIdx.x] += before;
  }
  __syncthreads();
  *total = sums[kBlockThreads - 1];
  const uint32_t before = sums[threadIdx.x] - own;
  __syncthreads();
  return before;
}

// A block takes one digit. It replaces the count of each tile by the sum of the counts of the tiles
// before it.
__global__ void __launch_bounds__(kBlockThreads) add_counts_kernel(SortPass pass, int64_t tiles) {
  uint32_t* at = pass.counts + blockIdx.x * kSortTiles + threadIdx.x;
  uint32_t total = 0;
  const uint32_t before = sum_before(threadIdx.x < tiles ? *at : 0, &total);
  *at = before;
  if (threadIdx.x == 0) pass.totals[blockIdx.x] = total;
}

// A warp places the positions of its tile in order, 32 at a time.
__global__ void __launch_bounds__(kBlockThreads) place_positions_kernel(SortPass pass) {
  __shared__ uint32_t next[kSortWarps][kSortDigits];  // where a digit's next position goes
  uint32_t total = 0;
  const uint32_t start = sum_before(pass.totals[threadIdx.x], &total);
  for (int w = 0; w < kSortWarps; ++w)
    next[w][threadIdx.x] =
        start + pass.counts[threadIdx.x * kSortTiles + blockIdx.x * kSortWarps + w];
  __syncthreads();
  const int warp = threadIdx.x / kWarp, lane = threadIdx.x % kWarp;
  const int64_t first = (int64_t{blockIdx.x} * kSortWarps + warp) * pass.tile;
  for (int64_t begin = first; begin < first + pass.tile && begin < pass.count; begin += kWarp) {
    const bool there = begin + lane < pass.count;
    const uint32_t position = there ? pass.position(begin + lane) : 0;
    const int digit = there ? pass.digit(position) : -1;
    uint32_t before = 0, alike = 0;  // lanes of the same digit: those before this one, and all
    for (int other = 0; other < kWarp; ++other) {
      const bool same = __shfl_sync(kAllLanes, digit, other) == digit;
      alike += same;
      before += same && other < lane;
    }
    const uint32_t place = there ? next[warp][digit] + before : 0;
    __syncwarp();
    if (there && before == 0) next[warp][digit] += alike;
    __syncwarp();
    if (there) pass.to[place] = position;
  }
}

}  // namespace

const uint32_t* launch_position_sort(const float* row_of, int64_t count, int64_t rows,
                                     uint32_t* scratch) {
  if (count > std::numeric_limits<uint32_t>::max())
    throw Error({ErrorCode::kOverflow, "embedding_backward", std::to_string(count) + " positions",
                 "at most 2^32 - 1 positions", "use a smaller batch"});
  SortPass pass = {};
  pass.rows = row_of;
  pass.count = count;
  pass.tile = round_up(ceil_div(count, kSortTiles), kWarp);
  pass.totals = scratch + 2 * count;
  pass.counts = pass.totals + kSortDigits;
  const int64_t tiles = ceil_div(count, pass.tile);
  const int64_t blocks = ceil_div(tiles, kSortWarps);
  for (int round = 0; round == 0 || (rows - 1) >> pass.shift > 0; ++round, pass.shift += 8) {
    pass.to = scratch + round % 2 * count;
    launch("count_digits", blocks, kBlockThreads, &count_digits_kernel, pass);
    launch("add_counts", kSortDigits, kBlockThreads, &add_counts_kernel, pass, blocks * kSortWarps);
    launch("place_positions", blocks, kBlockThreads, &place_positions_kernel, pass);
    pass.from = pass.to;
  }
  return pass.from;
}

}  // namespace thalweg::cuda
