#include "napi/data/dataset_views.h"

#include <cmath>
#include <cstring>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "data/concat_dataset.h"
#include "data/view_dataset.h"
#include "data/weighted_dataset.h"
#include "data/window_dataset.h"
#include "napi/border/convert.h"
#include "napi/data/dataset.h"
#include "orders/order_map.h"

namespace thalweg::napi {

namespace {

using DatasetPointer = std::shared_ptr<const data::Dataset>;
using MapPointer = std::shared_ptr<const data::RowMap>;

Error refuse_row(const std::string& received, int64_t rows) {
  return Error({ErrorCode::kRange, "rows", received,
                "rows below " + std::to_string(rows) + ", and at least one"});
}

// [first, count, first, count, …]
MapPointer read_runs(const Napi::Value& value, int64_t rows) {
  const Span span = typed_span(value, napi_float64_array, "runs");
  const auto* numbers = static_cast<const double*>(span.data);
  std::vector<data::Run> runs;
  for (size_t i = 0; i + 1 < span.length; i += 2) {
    const data::Run run = {static_cast<int64_t>(numbers[i]), static_cast<int64_t>(numbers[i + 1])};
    if (run.first < 0 || run.count < 1 || run.count > rows - run.first)
      throw refuse_row(std::to_string(run.first) + " and " + std::to_string(run.count) + " in all",
                       rows);
    runs.push_back(run);
  }
  if (runs.empty()) throw refuse_row("none", rows);
  return std::make_shared<data::RunMap>(std::move(runs));
}

MapPointer read_list(const Napi::Value& value, int64_t rows) {
  const Span span = typed_span(value, napi_uint32_array, "rows");
  if (span.length == 0) throw refuse_row("none", rows);
  const auto* list = static_cast<const uint32_t*>(span.data);
  for (size_t i = 0; i < span.length; ++i)
    if (list[i] >= rows) throw refuse_row(std::to_string(list[i]), rows);
  HostMemory copy(span.length * sizeof(uint32_t));
  std::memcpy(copy.data(), list, span.length * sizeof(uint32_t));  // it may have more bytes
  return std::make_shared<data::ListMap>(std::move(copy), static_cast<int64_t>(span.length));
}

// { of, runs } or { of, rows } or { of, seed }
DatasetPointer make_view(const Napi::Object& options) {
  const DatasetPointer of = to_dataset(options.Get("of"), "dataset");
  const int64_t rows = of->format().rows;
  const Napi::Value runs = options.Get("runs"), list = options.Get("rows");
  MapPointer map;
  if (!runs.IsUndefined())
    map = read_runs(runs, rows);
  else if (!list.IsUndefined())
    map = read_list(list, rows);
  else
    map = std::make_shared<OrderMap>(to_uint64(options.Get("seed"), "seed"), rows);
  return std::make_shared<data::ViewDataset>(of, std::move(map));
}

// { parts }, whose formats TypeScript compares in the user's words
DatasetPointer make_concat(const Napi::Object& options) {
  const auto list = options.Get("parts").As<Napi::Array>();
  data::ConcatDataset::Parts parts;
  int64_t rows = 0;
  for (uint32_t i = 0; i < list.Length(); ++i) {
    parts.push_back(to_dataset(list.Get(i), "datasets[" + std::to_string(i) + "]"));
    rows += parts[i]->format().rows;
    if (!parts[i]->format().has_equal_rows(parts[0]->format()))
      throw Error({ErrorCode::kShape, "datasets[" + std::to_string(i) + "]",
                   "rows of another shape, type or scale",
                   "rows like those of the first data set"});
  }
  if (rows >= int64_t{1} << 32)
    throw Error({ErrorCode::kOverflow, "datasets", std::to_string(rows) + " rows in all",
                 "fewer than 2^32"});
  return std::make_shared<data::ConcatDataset>(std::move(parts));
}

// { of, weights: Float32Array }
DatasetPointer make_weighted(const Napi::Object& options) {
  const DatasetPointer of = to_dataset(options.Get("of"), "dataset");
  const Span span = typed_span(options.Get("weights"), napi_float32_array, "weights");
  check_length("weights", span.length, of->format().rows);
  const auto* weights = static_cast<const float*>(span.data);
  for (size_t i = 0; i < span.length; ++i)
    if (!(weights[i] >= 0 && std::isfinite(weights[i])))
      throw Error({ErrorCode::kRange, "weights[" + std::to_string(i) + "]",
                   std::to_string(weights[i]), "a finite number of at least 0"});
  HostMemory copy(span.length * sizeof(float));
  std::memcpy(copy.data(), weights, span.length * sizeof(float));
  return std::make_shared<data::WeightedDataset>(of, std::move(copy));
}

// { of, length, horizon, stride }
DatasetPointer make_windows(const Napi::Object& options) {
  const data::WindowShape shape = {.length = to_count(options, "length", 1),
                                   .horizon = to_count(options, "horizon"),
                                   .stride = to_count(options, "stride", 1)};
  return std::make_shared<data::WindowDataset>(to_dataset(options.Get("of"), "dataset"), shape);
}

}  // namespace

void register_dataset_views(Napi::Env env, Napi::Object exports) {
  exports.Set("DatasetView", define_dataset(env, &make_view));
  exports.Set("ConcatDataset", define_dataset(env, &make_concat));
  exports.Set("WeightedDataset", define_dataset(env, &make_weighted));
  exports.Set("WindowDataset", define_dataset(env, &make_windows));
}

}  // namespace thalweg::napi
