// Vector lanes of group norm. Lanes hold neighbouring channels. Each channel adds up its positions,
// and each group then adds up its channels.
#include "backends/cpu/column_sums.h"
#include "backends/cpu/lanes.h"
#include "backends/cpu/row_sums.h"
#include "ops/norm_functions.h"

namespace thalweg::THALWEG_LANES {

namespace {

// The shape of an example: its channels, positions and groups.
struct Layout {
  int64_t channels, positions, groups;
  int64_t size;  // channels in a group
  double count;  // numbers in a group

  template <class Op>
  explicit Layout(const Op& op)
      : channels(op.channels),
        positions(op.columns / op.channels),
        groups(op.groups),
        size(op.channels / op.groups),
        count(static_cast<double>(positions * size)) {}

  // Calls body(channel, width) on runs of at most kSummedColumns channels.
  template <class Body>
  void each_run(Body body) const {
    for (int64_t channel = 0; channel < channels; channel += kSummedColumns)
      body(channel, channels - channel < kSummedColumns ? channels - channel : kSummedColumns);
  }
  // Writes the value of a channel's group, from values [groups], for each channel of a run.
  void spread(const float* values, int64_t channel, int64_t width, float* to) const {
    for (int64_t i = 0; i < width; ++i) to[i] = values[(channel + i) / size];
  }
  // Returns the mean over a group's numbers. term(channel) is the channel's sum over its positions.
  template <class Term>
  double mean(int64_t group, Term term) const {
    return row_sum(size, [&](int64_t i) { return term(group * size + i); }) / count;
  }
};

// Writes to sums[channel] the sum over positions of (x - mean)^2.
void sum_squares(const Layout& layout, const float* x, const float* mean, double* sums) {
  layout.each_run([&](int64_t channel, int64_t width) {
    float center[kSummedColumns];
    layout.spread(mean, channel, width, center);
    column_sums(layout.positions, width, sums + channel, [&](int64_t position, int64_t i) {
      const double distance =
          static_cast<double>(x[position * layout.channels + channel + i]) - center[i];
      return distance * distance;
    });
  });
}

}  // namespace

void lane_group_norm_forward(const GroupNormForward& op, int64_t first, int64_t last) {
  const Layout layout(op);
  for (int64_t row = first; row < last; ++row) {
    const float* x = op.x + row * op.columns;
    float* y = op.y + row * op.columns;
    float *mean = op.mean + row * op.groups, *inverse = op.inverse + row * op.groups;
    double* sums = op.sums + row * op.channels;
    const auto summed = [&](int64_t channel) { return sums[channel]; };
    layout.each_run([&](int64_t channel, int64_t width) {
      column_sums(layout.positions, width, sums + channel, [&](int64_t position, int64_t i) {
        return x[position * op.channels + channel + i];
      });
    });
    for (int64_t group = 0; group < op.groups; ++group)
      mean[group] = static_cast<float>(layout.mean(group, summed));
    sum_squares(layout, x, mean, sums);
    for (int64_t group = 0; group < op.groups; ++group)
      inverse[group] = inverse_deviation(layout.mean(group, summed), op.epsilon);
    layout.each_run([&](int64_t channel, int64_t width) {
      float center[kSummedColumns], factor[kSummedColumns];
      layout.spread(mean, channel, width, center);
      layout.spread(inverse, channel, width, factor);
      for (int64_t position = 0; position < layout.positions; ++position) {
        const int64_t at = position * op.channels + channel;
#pragma GCC ivdep
        for (int64_t i = 0; i < width; ++i) {
          const float normal = (x[at + i] - center[i]) * factor[i];
          const float scaled = op.scale == nullptr ? normal : normal * op.scale[channel + i];
          y[at + i] = op.offset == nullptr ? scaled : scaled + op.offset[channel + i];
        }
      }
    });
  }
}

void lane_group_norm_backward(const GroupNormBackward& op, int64_t first, int64_t last) {
  const Layout layout(op);
  for (int64_t row = first; row < last; ++row) {
    const float *x = op.x + row * op.columns, *dy = op.dy + row * op.columns;
    float* dx = op.dx + row * op.columns;
    const float *mean = op.mean + row * op.groups, *inverse = op.inverse + row * op.groups;
    double *sums = op.sums + row * op.channels, *products = op.products + row * op.channels;
    const auto scale = [&](int64_t channel) {
      return op.scale == nullptr ? 1.0f : op.scale[channel];
    };
    layout.each_run([&](int64_t channel, int64_t width) {
      float center[kSummedColumns], factor[kSummedColumns];
      layout.spread(mean, channel, width, center);
      layout.spread(inverse, channel, width, factor);
      column_sums(layout.positions, width, sums + channel, [&](int64_t position, int64_t i) {
        return dy[position * op.channels + channel + i];
      });
      column_sums(layout.positions, width, products + channel, [&](int64_t position, int64_t i) {
        const int64_t at = position * op.channels + channel + i;
        return static_cast<double>(dy[at]) * ((x[at] - center[i]) * factor[i]);
      });
    });
    for (int64_t group = 0; group < op.groups; ++group) {
      const auto level = static_cast<float>(
          layout.mean(group, [&](int64_t channel) { return sums[channel] * scale(channel); }));
      const auto slope = static_cast<float>(
          layout.mean(group, [&](int64_t channel) { return products[channel] * scale(channel); }));
      const float center = mean[group], factor = inverse[group];
      for (int64_t position = 0; position < layout.positions; ++position) {
        const int64_t at = position * op.channels;
#pragma GCC ivdep
        for (int64_t i = group * layout.size; i < (group + 1) * layout.size; ++i) {
          const float normal = (x[at + i] - center) * factor;
          dx[at + i] = factor * (dy[at + i] * scale(i) - level - normal * slope);
        }
      }
    }
  }
}

void lane_group_norm_parameters(const GroupNormParameters& op, int64_t first, int64_t last) {
  double sums[kSummedColumns] = {};
  const int64_t width = last - first;
  const auto sum = [&](const double* terms, float* to) {
    if (to == nullptr) return;
    column_sums(op.rows, width, sums,
                [&](int64_t row, int64_t i) { return terms[row * op.columns + first + i]; });
    for (int64_t i = 0; i < width; ++i) to[first + i] = static_cast<float>(sums[i]);
  };
  sum(op.sums, op.doffset);
  sum(op.products, op.dscale);
}

}  // namespace thalweg::THALWEG_LANES
