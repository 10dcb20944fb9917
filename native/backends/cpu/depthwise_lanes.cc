// Vector lanes of depthwise convolutions. Lanes hold neighbouring filters, or channels in the
// gradient of x, whose sums stay in registers while the taps go by.
#include "backends/cpu/column_sums.h"
#include "backends/cpu/lanes.h"
#include "core/float_lanes.h"

namespace thalweg::THALWEG_LANES {

namespace {

constexpr int64_t kRun = 4;  // vectors at a time

// The number of vectors of a run, which the compiler knows.
template <int64_t kNumber>
struct Vectors {
  static constexpr int64_t kCount = kNumber;
};

// Calls body(vectors, column, count) on runs of columns. A vector of a run has `count` columns.
template <int64_t kVectors, class Body>
THALWEG_INLINE void for_each_run(int64_t columns, Body body) {
  constexpr int64_t kWhole = kVectors * kFloats;
  int64_t column = 0;
  for (; column + kWhole <= columns; column += kWhole) body(Vectors<kVectors>{}, column, kFloats);
  for (; column < columns; column += kFloats)
    body(Vectors<1>{}, column, columns - column < kFloats ? columns - column : kFloats);
}

// Loads `count` floats, of which there is one for each filter.
THALWEG_INLINE Floats load_part(const float* from, int64_t count) {
  return count == kFloats ? load(from) : load_first(from, static_cast<int>(count));
}
THALWEG_INLINE void store_part(float* to, Floats value, int64_t count) {
  if (count == kFloats) return store(to, value);
  store_first(to, value, static_cast<int>(count));
}
// Loads the channels of filters from `filter` on. Each channel has `each` filters.
THALWEG_INLINE Floats load_channels(const float* pixel, int64_t filter, int64_t each,
                                    int64_t count) {
  if (each == 1) return load_part(pixel + filter, count);
  Floats value = {};
  for (int64_t i = 0; i < count; ++i) value[i] = pixel[(filter + i) / each];
  return value;
}
// Loads filter number `which` of each of `count` channels.
THALWEG_INLINE Floats load_filters(const float* from, int64_t channel, int64_t each, int64_t which,
                                   int64_t count) {
  if (each == 1) return load_part(from + channel, count);
  Floats value = {};
  for (int64_t i = 0; i < count; ++i) value[i] = from[(channel + i) * each + which];
  return value;
}

}  // namespace

void lane_depthwise_forward(const DepthwiseForward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  const int64_t each = op.columns / w.channels;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.x + row / w.positions() * w.pixels() * w.channels;
    for_each_run<kRun>(op.columns, [&](auto run, int64_t filter, int64_t count) {
      Floats sums[run.kCount] = {};
      for_each_tap(w, row % w.positions(), [&](int64_t pixel, int64_t tap) {
        const float* x = picture + pixel * w.channels;
        const float* weight = op.weight + tap * op.columns;
        for (int64_t v = 0; v < run.kCount; ++v) {
          const int64_t at = filter + v * kFloats;
          sums[v] = multiply_add(load_channels(x, at, each, count), load_part(weight + at, count),
                                 sums[v]);
        }
      });
      for (int64_t v = 0; v < run.kCount; ++v) {
        const int64_t at = filter + v * kFloats;
        if (op.bias != nullptr) sums[v] += load_part(op.bias + at, count);
        store_part(op.y + row * op.columns + at, sums[v], count);
      }
    });
  }
}

void lane_depthwise_backward(const DepthwiseBackward& op, int64_t first, int64_t last) {
  const Window& w = op.window;
  const int64_t each = op.filters / op.columns;
  for (int64_t row = first; row < last; ++row) {
    const float* picture = op.dy + row / w.pixels() * w.positions() * op.filters;
    for_each_run<kRun>(op.columns, [&](auto run, int64_t channel, int64_t count) {
      Floats sums[run.kCount] = {};
      for_each_window(w, row % w.pixels(), [&](int64_t position, int64_t tap) {
        const float* dy = picture + position * op.filters;
        const float* weight = op.weight + tap * op.filters;
        for (int64_t which = 0; which < each; ++which)
          for (int64_t v = 0; v < run.kCount; ++v) {
            const int64_t at = channel + v * kFloats;
            sums[v] = multiply_add(load_filters(dy, at, each, which, count),
                                   load_filters(weight, at, each, which, count), sums[v]);
          }
      });
      for (int64_t v = 0; v < run.kCount; ++v)
        store_part(op.dx + row * op.columns + channel + v * kFloats, sums[v], count);
    });
  }
}

namespace {

// The columns of DepthwiseWeights that belong to one tap.
struct TapColumns {
  int64_t tap, filter, width;
};

// Adds the chain of each filter over a row of positions to sums[i].
void add_row(const DepthwiseWeights& op, const TapColumns& columns, int64_t row, double* sums) {
  const Window& w = op.window;
  const int64_t filters = op.columns / w.taps(), each = filters / w.channels;
  const TapRow at = tap_row(w, row, columns.tap);
  const float* x = op.x + at.pixel * w.channels;
  const float* dy = op.dy + at.position * filters + columns.filter;
  const int64_t step = w.stride_width * w.channels;
  for_each_run<kSummedColumns / kFloats>(
      columns.width, [&](auto run, int64_t column, int64_t count) {
        Floats chains[run.kCount] = {};
        for (int64_t i = at.inside.first; i < at.inside.last; ++i)
          for (int64_t v = 0; v < run.kCount; ++v) {
            const int64_t c = column + v * kFloats;
            chains[v] = multiply_add(load_channels(x + i * step, columns.filter + c, each, count),
                                     load_part(dy + i * filters + c, count), chains[v]);
          }
        for (int64_t v = 0; v < run.kCount; ++v)
          for (int64_t i = 0; i < count; ++i) sums[column + v * kFloats + i] += chains[v][i];
      });
}

}  // namespace

void lane_depthwise_weights(const DepthwiseWeights& op, int64_t first, int64_t last) {
  const int64_t filters = op.columns / op.window.taps();
  for (int64_t column = first; column < last;) {
    const int64_t tap = column / filters, end = (tap + 1) * filters;
    const int64_t width = (end < last ? end : last) - column;
    double sums[kSummedColumns];
    column_sums_by_rows(op.rows, width, sums, [&](int64_t row, double* to) {
      add_row(op, {tap, column - tap * filters, width}, row, to);
    });
    for (int64_t i = 0; i < width; ++i) op.dweight[column + i] = static_cast<float>(sums[i]);
    column += width;
  }
}

}  // namespace thalweg::THALWEG_LANES
