#include "train/data/refuse_batch.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace thalweg {

namespace {

constexpr size_t kShown = 8;

bool is_finite(const data::Dataset& dataset, data::Column column, uint32_t row) {
  std::vector<char> buffer;
  const auto* values = static_cast<const float*>(dataset.view(column, row, 1, buffer));
  const size_t width = dataset.format().row_bytes(column) / sizeof(float);
  return std::all_of(values, values + width, [](float value) { return std::isfinite(value); });
}

bool is_finite(const data::Dataset& dataset, uint32_t row) {
  const data::RowFormat& format = dataset.format();
  if (format.feature_type == data::FeatureType::kFloat32 &&
      !is_finite(dataset, data::Column::kInputs, row))
    return false;
  return format.label_type != data::LabelType::kDense ||
         is_finite(dataset, data::Column::kLabels, row);
}

std::string list(const std::vector<uint32_t>& rows) {
  std::string text = rows.size() == 1 ? "row " : "rows ";
  const size_t shown = std::min(rows.size(), kShown);
  for (size_t i = 0; i < shown; ++i) text += (i > 0 ? ", " : "") + std::to_string(rows[i]);
  if (rows.size() > shown) text += " and " + std::to_string(rows.size() - shown) + " more";
  return text;
}

}  // namespace

void refuse_batch(ErrorFields fields, const BatchSource& source, int64_t step) {
  std::vector<uint32_t> rows(rows_of(source, step)), bad;
  source.order->indices(step * source.batch_size, static_cast<int64_t>(rows.size()), rows.data());
  for (const uint32_t row : rows)
    if (!is_finite(*source.dataset, row) && std::find(bad.begin(), bad.end(), row) == bad.end())
      bad.push_back(row);
  fields.received += ", batch " + std::to_string(step) + " of its epoch: " + list(rows);
  if (!bad.empty()) {
    std::vector<uint32_t> sources = bad;
    source.dataset->find_source(sources.data(), static_cast<int64_t>(sources.size()));
    fields.received += "; the data of " + list(bad) + " are not finite";
    if (sources != bad)
      fields.received += ", which a view shows of " + list(sources) + " of its data set";
    fields.remedy = "mend or leave out " + list(sources) + " of the data set";
  }
  throw Error(std::move(fields));
}

}  // namespace thalweg
