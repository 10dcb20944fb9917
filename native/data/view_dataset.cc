#include "data/view_dataset.h"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

namespace thalweg::data {

namespace {

// Returns the series of a data set. They ascend, and no row is in two of them.
std::vector<Run> series_of(const Dataset& source) {
  std::vector<Run> all;
  source.each_series([&](Run series) { all.push_back(series); });
  return all;
}

// Calls body(run) for the part of each series that lies in `run`. The body gets rows of a view in
// which the run begins at `start`.
void each_part(const std::vector<Run>& all, const Run& run, int64_t start,
               FunctionRef<void(Run run)> body) {
  const int64_t end = run.first + run.count;
  auto series = std::partition_point(all.begin(), all.end(), [&](const Run& each) {
    return each.first + each.count <= run.first;
  });
  for (; series != all.end() && series->first < end; ++series) {
    const int64_t first = std::max(run.first, series->first);
    const int64_t last = std::min(end, series->first + series->count);
    body({start + first - run.first, last - first});
  }
}

}  // namespace

// Two maps of runs make one.
ViewDataset::Parts ViewDataset::take_apart(const std::shared_ptr<const Dataset>& of,
                                           std::shared_ptr<const RowMap> map) {
  const auto* below = dynamic_cast<const ViewDataset*>(of.get());
  if (below == nullptr) return {of, {std::move(map)}};
  Parts parts = {below->source_, {std::move(map)}};
  auto rest = below->maps_.begin();
  const std::vector<Run>* outer = parts.maps[0]->runs();
  const std::vector<Run>* inner = (*rest)->runs();
  if (outer != nullptr && inner != nullptr) {
    parts.maps[0] = std::make_shared<RunMap>(compose_runs(*outer, *inner));
    ++rest;
  }
  parts.maps.insert(parts.maps.end(), rest, below->maps_.end());
  return parts;
}

static RowFormat with_rows(RowFormat format, int64_t rows) {
  format.rows = rows;
  return format;
}

ViewDataset::ViewDataset(const std::shared_ptr<const Dataset>& of,
                         const std::shared_ptr<const RowMap>& map)
    : ViewDataset(take_apart(of, map), map->length(), map->bytes()) {}

ViewDataset::ViewDataset(Parts parts, int64_t rows, size_t bytes)
    : Dataset(with_rows(parts.source->format(), rows), parts.source->depth()),
      source_(std::move(parts.source)),
      maps_(std::move(parts.maps)),
      bytes_(bytes) {}

void ViewDataset::find_source(uint32_t* rows, int64_t count) const {
  for (const auto& map : maps_) map->map(rows, count);
}

void ViewDataset::gather(const Gather& batch, const Workers& workers) const {
  std::vector<uint32_t> rows(batch.indices, batch.indices + batch.count);
  std::vector<int64_t> padding;
  for (int64_t i = 0; i < batch.count; ++i) {
    if (rows[i] != format().rows) continue;
    padding.push_back(i);
    rows[i] = 0;
  }
  find_source(rows.data(), batch.count);
  for (const int64_t i : padding) rows[i] = static_cast<uint32_t>(source_->format().rows);
  Gather mapped = batch;
  mapped.indices = rows.data();
  source_->gather(mapped, workers);
}

void ViewDataset::copy(Column column, const uint32_t* rows, int64_t count, void* to) const {
  std::vector<uint32_t> mapped(rows, rows + count);
  find_source(mapped.data(), count);
  source_->copy(column, mapped.data(), count, to);
}

const void* ViewDataset::view(Column column, int64_t first, int64_t count,
                              std::vector<char>& buffer) const {
  int64_t start = 0;
  for (const Run& run : runs() != nullptr ? *runs() : std::vector<Run>{}) {
    if (first >= start && first + count <= start + run.count)
      return source_->view(column, run.first + first - start, count, buffer);
    start += run.count;
  }
  return view_copy(column, first, count, buffer);
}

// Rows that follow one another in the source belong together, unless a border is between them.
void ViewDataset::each_series(FunctionRef<void(Run run)> body) const {
  const std::vector<Run> series = series_of(*source_);
  if (runs() != nullptr) {
    int64_t start = 0;
    for (const Run& run : *runs()) {
      each_part(series, run, start, body);
      start += run.count;
    }
    return;
  }
  constexpr int64_t kBlock = int64_t{1} << 16;
  std::vector<uint32_t> rows(std::min(kBlock, format().rows));
  Run open = {0, 0};  // rows of the source that follow one another in the view
  int64_t start = 0;  // the view's row with which they begin
  const auto close = [&] { each_part(series, open, start, body); };
  for (int64_t first = 0; first < format().rows; first += kBlock) {
    const int64_t count = std::min(kBlock, format().rows - first);
    std::iota(rows.begin(), rows.begin() + count, static_cast<uint32_t>(first));
    find_source(rows.data(), count);
    for (int64_t i = 0; i < count; ++i) {
      if (rows[i] != open.first + open.count) {
        close();
        open = {rows[i], 0};
        start = first + i;
      }
      ++open.count;
    }
  }
  close();
}

}  // namespace thalweg::data
