#include "train/watch/monitor.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "core/fold.h"
#include "core/round.h"
#include "core/threads.h"

namespace thalweg {

namespace {

// The number of elements that one thread takes at a time.
constexpr int64_t kPartLength = 1 << 14;

int64_t part_count(int64_t length) { return ceil_div(length, kPartLength); }

// Calls body(part, first, last) for each part.
template <class Body>
void for_parts(int64_t length, Body body) {
  const int64_t parts = part_count(length);
  parallel_for(parts, thread_count(), [&](int64_t part) {
    body(part, part * kPartLength, std::min((part + 1) * kPartLength, length));
  });
}

// Returns the sum of the squares of value(first), …, value(last - 1). The compiler can keep the
// partial sums in a register.
template <class Value>
double square_sum(int64_t first, int64_t last, Value value) {
  constexpr int64_t kPartials = 16;
  double partial[kPartials] = {};
  int64_t i = first;
  for (; i + kPartials <= last; i += kPartials)
    for (int64_t lane = 0; lane < kPartials; ++lane) {
      const double each = value(i + lane);
      partial[lane] += each * each;
    }
  for (int64_t lane = 0; i + lane < last; ++lane) {
    const double each = value(i + lane);
    partial[lane] += each * each;
  }
  for (int64_t width = kPartials / 2; width > 0; width /= 2)
    for (int64_t lane = 0; lane < width; ++lane) partial[lane] += partial[lane + width];
  return partial[0];
}

double sum_of(const std::vector<double>& values) {
  return fold(static_cast<int64_t>(values.size()), [&](int64_t i) { return values[i]; });
}

}  // namespace

Monitor::Monitor(int64_t every, const std::vector<uint8_t>& alive) : every_(every) {
  alive_.resize(alive.size() * 8);
  for (size_t unit = 0; unit < alive_.size(); ++unit)
    alive_[unit] = static_cast<char>(alive[unit / 8] >> unit % 8 & 1);
}

// Returns the array in the host's memory. A device's array is copied, and the next call
// overwrites the copy.
const float* Monitor::here(const MonitorView& view, const float* data, int64_t length) {
  if (view.memory == nullptr) return data;
  copy_.resize(length);
  view.memory->read(copy_.data(), data, length * sizeof(float));
  return copy_.data();
}

void Monitor::before(const MonitorView& view) {
  old_.resize(view.tensors.size());
  gradients_.clear();
  for (size_t i = 0; i < view.tensors.size(); ++i) {
    const MonitorView::Tensor& tensor = view.tensors[i];
    std::vector<float>& old = old_[i];
    old.resize(tensor.length);
    if (view.memory != nullptr)
      view.memory->read(old.data(), tensor.parameter, tensor.length * sizeof(float));
    const float* gradient = here(view, tensor.gradient, tensor.length);
    std::vector<double> squares(part_count(tensor.length));
    for_parts(tensor.length, [&](int64_t part, int64_t first, int64_t last) {
      if (view.memory == nullptr)
        std::copy(tensor.parameter + first, tensor.parameter + last, old.data() + first);
      squares[part] = square_sum(first, last, [=](int64_t j) { return double{gradient[j]}; });
    });
    gradients_.push_back(sum_of(squares));
  }
}

void Monitor::after(const MonitorView& view, int64_t step) {
  rows_.push_back(static_cast<double>(step));
  for (size_t i = 0; i < view.tensors.size(); ++i) {
    const int64_t length = view.tensors[i].length;
    const float* now = here(view, view.tensors[i].parameter, length);
    const float* old = old_[i].data();
    std::vector<double> weights(part_count(length)), updates(part_count(length));
    for_parts(length, [&](int64_t part, int64_t first, int64_t last) {
      weights[part] = square_sum(first, last, [=](int64_t j) { return double{now[j]}; });
      updates[part] = square_sum(first, last, [=](int64_t j) { return double{now[j]} - old[j]; });
    });
    rows_.insert(rows_.end(), {gradients_[i], sum_of(weights), sum_of(updates)});
  }
  see_units(view);
}

void Monitor::see_units(const MonitorView& view) {
  int64_t total = 0;
  for (const MonitorView::Units& layer : view.layers)
    if (layer.outputs != nullptr) total += layer.units;
  alive_.resize(total);
  char* alive = alive_.data();
  for (const auto& [outputs, units] : view.layers) {
    if (outputs == nullptr) {
      rows_.push_back(std::numeric_limits<double>::quiet_NaN());
      continue;
    }
    const float* y = here(view, outputs, view.rows * units);
    for (int64_t row = 0; row < view.rows; ++row)
      for (int64_t unit = 0; unit < units; ++unit) alive[unit] |= y[row * units + unit] != 0;
    const auto dead = std::count(alive, alive + units, 0);
    rows_.push_back(static_cast<double>(dead) / static_cast<double>(units));
    alive += units;
  }
}

std::vector<uint8_t> Monitor::alive() const {
  std::vector<uint8_t> bits((alive_.size() + 7) / 8);
  for (size_t unit = 0; unit < alive_.size(); ++unit)
    bits[unit / 8] |= static_cast<uint8_t>(alive_[unit] << unit % 8);
  return bits;
}

std::vector<double> Monitor::take() { return std::exchange(rows_, {}); }

}  // namespace thalweg
