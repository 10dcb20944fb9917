#include "data/row_map.h"

#include <algorithm>

namespace thalweg::data {

RowMap::~RowMap() = default;

static int64_t rows_of(const std::vector<Run>& runs) {
  int64_t rows = 0;
  for (const Run& run : runs) rows += run.count;
  return rows;
}

RunMap::RunMap(std::vector<Run> runs) : RowMap(rows_of(runs)), runs_(std::move(runs)) {
  int64_t start = 0;
  for (const Run& run : runs_) {
    starts_.push_back(start);
    start += run.count;
  }
}

void RunMap::map(uint32_t* rows, int64_t count) const {
  if (runs_.size() == 1) {
    const auto first = static_cast<uint32_t>(runs_[0].first);
    for (int64_t i = 0; i < count; ++i) rows[i] += first;
    return;
  }
  for (int64_t i = 0; i < count; ++i) {
    const auto next = std::upper_bound(starts_.begin(), starts_.end(), int64_t{rows[i]});
    const auto run = next - starts_.begin() - 1;
    rows[i] = static_cast<uint32_t>(runs_[run].first + rows[i] - starts_[run]);
  }
}

void ListMap::map(uint32_t* rows, int64_t count) const {
  const auto* list = static_cast<const uint32_t*>(list_.data());
  for (int64_t i = 0; i < count; ++i) rows[i] = list[rows[i]];
}

std::vector<Run> compose_runs(const std::vector<Run>& outer, const std::vector<Run>& inner) {
  std::vector<Run> result;
  for (const Run& taken : outer) {
    int64_t start = 0;
    for (const Run& run : inner) {
      const int64_t first = std::max(taken.first, start);
      const int64_t last = std::min(taken.first + taken.count, start + run.count);
      if (first < last) result.push_back({run.first + first - start, last - first});
      start += run.count;
    }
  }
  return result;
}

}  // namespace thalweg::data
