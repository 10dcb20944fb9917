#include "data/window_dataset.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <utility>

#include "core/error.h"

namespace thalweg::data {

namespace {

// No batch may need more numbers of one window than this.
constexpr int64_t kMostNumbers = int64_t{1} << 40;

int64_t times(int64_t a, int64_t b, const char* path) {
  if (b == 0 || a <= kMostNumbers / b) return a * b;
  throw Error({ErrorCode::kOverflow, path, std::to_string(a) + " rows of " + std::to_string(b),
               "at most 2^40 numbers a window"});
}

[[noreturn]] void refuse_classes(int64_t horizon) {
  throw Error({ErrorCode::kShape, "window.horizon", std::to_string(horizon) + ", of class indices",
               "0 or 1, because a row has one class",
               "make the data set with values (Float32Array), or without labels"});
}

RowFormat window_format(const Dataset& of, const WindowShape& shape, int64_t windows) {
  RowFormat format = of.format();
  if (format.weighted)
    throw Error({ErrorCode::kUnsupported, "window", "rows with weights", "rows without weights",
                 "make the windows first, and then window(…).withWeights(…)"});
  format.rows = windows;
  const int64_t label_rows = std::max<int64_t>(1, shape.horizon);
  if (format.is_sparse() && label_rows > 1) refuse_classes(shape.horizon);
  if (format.label_type == LabelType::kNone && shape.horizon > 0) {
    format.label_type = LabelType::kDense;
    format.label_width = format.features;
  }
  if (format.label_type == LabelType::kDense)
    format.label_width = times(label_rows, format.label_width, "window.horizon");
  format.features = times(shape.length, format.features, "window.length");
  return format;
}

[[noreturn]] void refuse_short(const WindowShape& shape, int64_t longest) {
  throw Error({ErrorCode::kShape, "window",
               "rows of which at most " + std::to_string(longest) + " follow one another",
               std::to_string(shape.length + shape.horizon) + ", for length and horizon",
               "take shorter windows; split a series with { shuffle: false } before the windows"});
}

}  // namespace

// Rows that follow one another make as many windows as fit whole, labels included.
WindowDataset::AllSeries WindowDataset::find_series(const Dataset& of, const WindowShape& shape) {
  AllSeries all;
  int64_t longest = 0;
  of.each_series([&](Run run) {
    longest = std::max(longest, run.count);
    const int64_t free = run.count - shape.length - shape.horizon;
    if (free < 0) return;
    all.series.push_back({run.first, all.windows});
    all.windows += free / shape.stride + 1;
  });
  if (all.windows == 0) refuse_short(shape, longest);
  return all;
}

WindowDataset::WindowDataset(const std::shared_ptr<const Dataset>& of, const WindowShape& shape)
    : WindowDataset(of, shape, find_series(*of, shape)) {}

WindowDataset::WindowDataset(std::shared_ptr<const Dataset> of, const WindowShape& shape,
                             AllSeries all)
    : Dataset(window_format(*of, shape, all.windows), of->depth()),
      source_(std::move(of)),
      shape_(shape),
      series_(std::move(all.series)) {}

int64_t WindowDataset::start_of(int64_t window) const {
  const auto after =
      std::upper_bound(series_.begin(), series_.end(), window,
                       [](int64_t number, const Series& each) { return number < each.window; });
  const Series& own = *(after - 1);
  return own.row + (window - own.window) * shape_.stride;
}

std::vector<uint32_t> WindowDataset::expand(Column column, const uint32_t* windows,
                                            int64_t count) const {
  const bool inputs = column == Column::kInputs;
  const int64_t each = inputs ? shape_.length : std::max<int64_t>(1, shape_.horizon);
  const int64_t from = inputs ? 0 : shape_.length - (shape_.horizon == 0 ? 1 : 0);
  const auto padding = static_cast<uint32_t>(source_->format().rows);
  std::vector<uint32_t> rows(count * each, padding);
  for (int64_t i = 0; i < count; ++i) {
    if (windows[i] == format().rows) continue;
    const int64_t first = start_of(windows[i]) + from;
    for (int64_t j = 0; j < each; ++j) rows[i * each + j] = static_cast<uint32_t>(first + j);
  }
  return rows;
}

bool WindowDataset::predicts_inputs() const {
  return source_->format().label_type == LabelType::kNone &&
         format().label_type == LabelType::kDense;
}

void WindowDataset::gather(const Gather& batch, const Workers& workers) const {
  const auto rows = expand(Column::kInputs, batch.indices, batch.count);
  const auto count = static_cast<int64_t>(rows.size());
  source_->gather({rows.data(), count, batch.inputs, nullptr, nullptr}, workers);
  gather_labels(batch);
}

// Labels are never converted, so they are copied; padding gets the class -1 or zeros.
void WindowDataset::gather_labels(const Gather& batch) const {
  const bool sparse = format().is_sparse();
  auto* to =
      sparse ? reinterpret_cast<char*>(batch.classes) : reinterpret_cast<char*>(batch.values);
  if (to == nullptr) return;
  const size_t width = format().row_bytes(Column::kLabels);
  const auto is_padding = [&](int64_t i) { return batch.indices[i] == format().rows; };
  for (int64_t first = 0, next = 0; first < batch.count; first = next) {
    while (next < batch.count && !is_padding(next)) ++next;
    if (next > first)
      copy(Column::kLabels, batch.indices + first, next - first, to + first * width);
    for (; next < batch.count && is_padding(next); ++next)
      std::memset(to + next * width, sparse ? 0xFF : 0, width);
  }
}

void WindowDataset::copy(Column column, const uint32_t* rows, int64_t count, void* to) const {
  const auto expanded = expand(column, rows, count);
  const auto all = static_cast<int64_t>(expanded.size());
  if (column == Column::kLabels && predicts_inputs())
    return source_->gather({expanded.data(), all, static_cast<float*>(to), nullptr, nullptr}, {1});
  source_->copy(column, expanded.data(), all, to);
}

const void* WindowDataset::view(Column column, int64_t first, int64_t count,
                                std::vector<char>& buffer) const {
  return view_copy(column, first, count, buffer);
}

void WindowDataset::each_series(FunctionRef<void(Run run)> body) const {
  for (size_t i = 0; i < series_.size(); ++i) {
    const bool is_last = i + 1 == series_.size();
    const int64_t end = is_last ? format().rows : series_[i + 1].window;
    body({series_[i].window, end - series_[i].window});
  }
}

}  // namespace thalweg::data
