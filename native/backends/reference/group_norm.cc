#include <cmath>

#include "backends/reference/ops.h"

namespace thalweg::reference {

namespace {

// Calls body(index in x, channel) for each number of one group of one example.
template <class Op, class Body>
void each_number(const Op& op, int64_t row, int64_t group, Body body) {
  const int64_t size = op.channels / op.groups;
  for (int64_t position = 0; position < op.columns / op.channels; ++position)
    for (int64_t channel = group * size; channel < (group + 1) * size; ++channel)
      body(row * op.columns + position * op.channels + channel, channel);
}

double at(const float* array, int64_t index, double otherwise) {
  return array == nullptr ? otherwise : array[index];
}

}  // namespace

void group_norm_forward(const GroupNormForward& op) {
  const int64_t count = op.columns / op.groups;
  for (int64_t place = 0; place < op.rows * op.groups; ++place) {
    const int64_t row = place / op.groups, group = place % op.groups;
    double sum = 0, squares = 0;
    each_number(op, row, group, [&](int64_t i, int64_t) { sum += op.x[i]; });
    const double mean = sum / static_cast<double>(count);
    each_number(op, row, group,
                [&](int64_t i, int64_t) { squares += (op.x[i] - mean) * (op.x[i] - mean); });
    const double inverse = 1 / std::sqrt(squares / static_cast<double>(count) + op.epsilon);
    each_number(op, row, group, [&](int64_t i, int64_t channel) {
      const double normal = (op.x[i] - mean) * inverse;
      op.y[i] = static_cast<float>(normal * at(op.scale, channel, 1) + at(op.offset, channel, 0));
    });
    op.mean[place] = static_cast<float>(mean);
    op.inverse[place] = static_cast<float>(inverse);
  }
}

void group_norm_backward(const GroupNormBackward& op) {
  const int64_t count = op.columns / op.groups;
  for (int64_t i = 0; i < op.rows * op.channels; ++i) op.sums[i] = op.products[i] = 0;
  for (int64_t place = 0; place < op.rows * op.groups; ++place) {
    const int64_t row = place / op.groups, group = place % op.groups;
    const double mean = op.mean[place], inverse = op.inverse[place];
    const auto normal = [&](int64_t i) { return (op.x[i] - mean) * inverse; };
    double sum = 0, product = 0;  // sums of dy * scale, and of that times the normalised x
    each_number(op, row, group, [&](int64_t i, int64_t channel) {
      op.sums[row * op.channels + channel] += op.dy[i];
      op.products[row * op.channels + channel] += op.dy[i] * normal(i);
      sum += op.dy[i] * at(op.scale, channel, 1);
      product += op.dy[i] * at(op.scale, channel, 1) * normal(i);
    });
    each_number(op, row, group, [&](int64_t i, int64_t channel) {
      const double through_moments = (sum + normal(i) * product) / static_cast<double>(count);
      op.dx[i] =
          static_cast<float>(inverse * (op.dy[i] * at(op.scale, channel, 1) - through_moments));
    });
  }
}

void group_norm_parameters(const GroupNormParameters& op) {
  for (int64_t channel = 0; channel < op.columns; ++channel) {
    double sum = 0, product = 0;
    for (int64_t row = 0; row < op.rows; ++row) {
      sum += op.sums[row * op.columns + channel];
      product += op.products[row * op.columns + channel];
    }
    if (op.doffset != nullptr) op.doffset[channel] = static_cast<float>(sum);
    if (op.dscale != nullptr) op.dscale[channel] = static_cast<float>(product);
  }
}

}  // namespace thalweg::reference
