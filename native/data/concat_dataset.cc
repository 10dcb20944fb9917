#include "data/concat_dataset.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace thalweg::data {

namespace {

RowFormat format_of(const ConcatDataset::Parts& parts) {
  RowFormat format = parts[0]->format();
  format.rows = 0;
  for (const auto& part : parts) format.rows += part->format().rows;
  return format;
}

int depth_of(const ConcatDataset::Parts& parts) {
  int depth = 0;
  for (const auto& part : parts) depth = std::max(depth, part->depth());
  return depth;
}

}  // namespace

ConcatDataset::ConcatDataset(Parts parts)
    : Dataset(format_of(parts), depth_of(parts)), parts_(std::move(parts)) {
  int64_t start = 0;
  for (const auto& part : parts_) {
    starts_.push_back(start);
    start += part->format().rows;
  }
}

size_t ConcatDataset::part_of(int64_t row) const {
  return std::upper_bound(starts_.begin(), starts_.end(), row) - starts_.begin() - 1;
}

// Copies the rows that the batch asks for, and gathers them from there.
void ConcatDataset::gather(const Gather& batch, const Workers& workers) const {
  std::vector<uint32_t> rows, order(batch.count);
  for (int64_t i = 0; i < batch.count; ++i) {
    order[i] = static_cast<uint32_t>(rows.size());
    if (batch.indices[i] < format().rows) rows.push_back(batch.indices[i]);
  }
  RowFormat copied = format();
  copied.rows = static_cast<int64_t>(rows.size());
  for (int64_t i = 0; i < batch.count; ++i)
    if (batch.indices[i] == format().rows) order[i] = static_cast<uint32_t>(copied.rows);
  std::vector<char> inputs(copied.bytes(Column::kInputs)), labels(copied.bytes(Column::kLabels));
  std::vector<float> weights(copied.weighted ? copied.rows : 0);
  copy(Column::kInputs, rows.data(), copied.rows, inputs.data());
  copy(Column::kLabels, rows.data(), copied.rows, labels.data());
  copy(Column::kWeights, rows.data(), copied.rows, weights.data());
  Gather packed = batch;
  packed.indices = order.data();
  const float* each = copied.weighted ? weights.data() : nullptr;
  gather_rows({copied, inputs.data(), labels.data(), each}, packed, workers);
}

// Copies part by part, and then puts each row into its place.
void ConcatDataset::copy(Column column, const uint32_t* rows, int64_t count, void* to) const {
  const size_t width = format().row_bytes(column);
  if (width == 0 || count == 0) return;
  std::vector<int64_t> counts(parts_.size() + 1);
  for (int64_t i = 0; i < count; ++i) ++counts[part_of(rows[i]) + 1];
  for (size_t part = 0; part < parts_.size(); ++part) counts[part + 1] += counts[part];
  std::vector<int64_t> next(counts.begin(), counts.end() - 1), places(count);
  std::vector<uint32_t> sorted(count);
  for (int64_t i = 0; i < count; ++i) {
    const size_t part = part_of(rows[i]);
    places[next[part]] = i;
    sorted[next[part]++] = static_cast<uint32_t>(rows[i] - starts_[part]);
  }
  std::vector<char> buffer(count * width);
  for (size_t part = 0; part < parts_.size(); ++part)
    parts_[part]->copy(column, sorted.data() + counts[part], counts[part + 1] - counts[part],
                       buffer.data() + counts[part] * width);
  for (int64_t i = 0; i < count; ++i)
    std::memcpy(static_cast<char*>(to) + places[i] * width, buffer.data() + i * width, width);
}

const void* ConcatDataset::view(Column column, int64_t first, int64_t count,
                                std::vector<char>& buffer) const {
  const size_t part = part_of(first);
  if (count > 0 && part_of(first + count - 1) == part)
    return parts_[part]->view(column, first - starts_[part], count, buffer);
  return view_copy(column, first, count, buffer);
}

void ConcatDataset::each_series(FunctionRef<void(Run run)> body) const {
  for (size_t part = 0; part < parts_.size(); ++part)
    parts_[part]->each_series([&](Run run) { body({starts_[part] + run.first, run.count}); });
}

}  // namespace thalweg::data
